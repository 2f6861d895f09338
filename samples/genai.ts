// Asks a model of Vertex AI, on an AWS identity.
import {GoogleGenAI} from '@google/genai';
import {AwsAuthClient, forGoogleClient} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  projectId: 'my-project',
});

const ai = new GoogleGenAI({
  vertexai: true,
  project: 'my-project',
  location: 'europe-west1',
  // It holds google-auth-library 10, which has another type for the same client.
  googleAuthOptions: {authClient: forGoogleClient(authClient)},
});

const {text} = await ai.models.generateContent({
  model: 'gemini-2.5-flash',
  contents: 'Why is the sky blue? In one sentence.',
});
console.log(text);
