// Asks a model on Vertex AI, on an AWS identity.
import {GoogleGenAI} from '@google/genai';
import {AwsAuthClient, forGoogleClient} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
});

// Vertex AI alone asks the auth client. forGoogleClient() is for TypeScript: @google/genai holds an older
// google-auth-library, which has another type for it.
const ai = new GoogleGenAI({
  vertexai: true,
  project: 'my-project',
  location: 'europe-west1',
  googleAuthOptions: {authClient: forGoogleClient(authClient)},
});

const {text} = await ai.models.generateContent({
  model: 'gemini-2.5-flash',
  contents: 'Why is the sky blue? One sentence.',
});
console.log(text);
