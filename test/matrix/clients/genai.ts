import {forGoogleClient} from 'google-auth-aws';
import type {Answers} from '../clouds/recorded-clouds.js';
import type {ClientUnderTest, ConnectedClient} from '../client-under-test.js';

interface Prompt {
  readonly model: string;
  readonly contents: string;
}

/** What the majors of `GoogleGenAI` have in common. */
interface AnyGoogleGenAI {
  readonly models: {
    generateContent(prompt: Prompt): Promise<unknown>;
    generateContentStream(prompt: Prompt): Promise<AsyncIterable<unknown>>;
  };
  readonly live: {
    connect(parameters: {
      readonly model: string;
      readonly callbacks: LiveCallbacks;
    }): Promise<{close(): void}>;
  };
}

interface LiveCallbacks {
  readonly onmessage: () => void;
  readonly onerror: (event: {readonly message: string}) => void;
}

const prompt: Prompt = {model: 'gemini-pro', contents: 'hello'};

const connected = (ai: AnyGoogleGenAI): ConnectedClient => ({
  operations: {
    generate: () => ai.models.generateContent(prompt),
    stream: async () => {
      for await (const _ of await ai.models.generateContentStream(prompt));
    },
    // A WebSocket.
    live: async () => {
      let callbacks: LiveCallbacks | undefined;
      const answered = new Promise<void>((resolve, reject) => {
        callbacks = {
          onmessage: resolve,
          onerror: ({message}) => reject(new Error(message)),
        };
      });
      if (!callbacks) return;
      // Some majors wait for ever for what was refused.
      const connecting = ai.live.connect({model: prompt.model, callbacks});
      await Promise.race([answered, connecting]);
      const session = await connecting;
      await answered;
      session.close();
    },
  },
});

const generated = {candidates: [{content: {role: 'model', parts: [{text: 'hello'}]}}]};
const MODEL = String.raw`\/v1beta1\/projects\/my-project\/locations\/europe-west1\/publishers\/google\/models\/gemini-pro`;
const answers: Answers = {
  rest: [
    {
      to: /^GET .*\/ws\/google\.cloud\.aiplatform\.v1beta1\.LlmBidiService\/BidiGenerateContent$/,
      body: {setupComplete: {}},
    },
    {to: new RegExp(`^POST .*${MODEL}:generateContent`), body: generated},
    {
      to: new RegExp(`^POST .*${MODEL}:streamGenerateContent`),
      body: `data: ${JSON.stringify(generated)}\n\n`,
      headers: {'content-type': 'text/event-stream'},
    },
  ],
};

const common = {
  name: '@google/genai',
  through: [],
  project: 'to be named',
  written:
    '{vertexai: true, project, location, googleAuthOptions: {authClient: forGoogleClient(authClient)}}',
  answers,
} satisfies Partial<ClientUnderTest>;
// It sends with the global fetch(), which uses no proxy.
const vertex = (port: number) => ({
  vertexai: true,
  project: 'my-project',
  location: 'europe-west1',
  httpOptions: {baseUrl: `http://127.0.0.1:${port}`},
});

export const GENAI: readonly ClientUnderTest[] = [
  {
    ...common,
    installedAs: 'genai-1-9',
    major: '1.9',
    googleAuthLibrary: 9,
    connect: async ({authClient, restPorts}) => {
      const {GoogleGenAI} = await import('genai-1-9');
      return connected(
        new GoogleGenAI({
          ...vertex(restPorts.http),
          googleAuthOptions: {authClient: forGoogleClient(authClient)},
        }),
      );
    },
  },
  {
    ...common,
    installedAs: 'genai-1',
    major: '1',
    googleAuthLibrary: 10,
    connect: async ({authClient, restPorts}) => {
      const {GoogleGenAI} = await import('genai-1');
      return connected(
        new GoogleGenAI({
          ...vertex(restPorts.http),
          googleAuthOptions: {authClient: forGoogleClient(authClient)},
        }),
      );
    },
  },
  {
    ...common,
    installedAs: 'genai-2',
    major: '2',
    googleAuthLibrary: 10,
    connect: async ({authClient, restPorts}) => {
      const {GoogleGenAI} = await import('genai-2');
      return connected(
        new GoogleGenAI({
          ...vertex(restPorts.http),
          googleAuthOptions: {authClient: forGoogleClient(authClient)},
        }),
      );
    },
  },
  {
    ...common,
    installedAs: '@google/genai',
    major: '3',
    googleAuthLibrary: 10,
    connect: async ({authClient, restPorts}) => {
      const {GoogleGenAI} = await import('@google/genai');
      return connected(
        new GoogleGenAI({
          ...vertex(restPorts.http),
          googleAuthOptions: {authClient: forGoogleClient(authClient)},
        }),
      );
    },
  },
];
