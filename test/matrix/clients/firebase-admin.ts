import {firebaseCredential} from 'google-auth-aws';
import type {ClientUnderTest} from '../client-under-test.js';
import {leadHttp2} from '../clouds/leading-http2.js';
import {LeadingAgent} from '../clouds/leading-agent.js';
import type {Answers} from '../clouds/recorded-clouds.js';

const answers: Answers = {
  rest: [
    {
      to: /^POST identitytoolkit\.googleapis\.com\/v1\/projects\/my-project\/accounts:lookup/,
      body: {users: [{localId: 'a-user'}]},
    },
    {
      to: /^POST fcm\.googleapis\.com\/v1\/projects\/my-project\/messages:send/,
      body: {name: 'projects/my-project/messages/a-message'},
    },
  ],
};

const refusal = (product: string) => ({
  message: new RegExp(
    `^failed: firebase-admin's get${product}\\(\\) takes a .* new ${product}\\(\\{authClient, projectId: 'my-project'\\}\\)`,
  ),
  instead: `\`@google-cloud/${product.toLowerCase()}\``,
});

const common = {
  name: 'firebase-admin',
  through: [],
  project: 'to be named',
  written: '{credential: firebaseCredential(authClient), projectId}',
  // They take a key or Google's own default credentials, and no other: our error says so.
  refused: {
    'getFirestore()': refusal('Firestore'),
    'getStorage()': refusal('Storage'),
  },
  answers,
} satisfies Partial<ClientUnderTest>;

const message = {token: 'a-device', notification: {title: 'hello'}};

/** `sendEach()` fails for each message apart. */
function allSent({
  responses,
}: {
  readonly responses: readonly {readonly error?: {readonly message: string} | undefined}[];
}): void {
  for (const {error} of responses) if (error) throw new Error(error.message);
}

export const FIREBASE_ADMIN: readonly ClientUnderTest[] = [
  {
    ...common,
    installedAs: 'firebase-admin-13',
    major: '13',
    googleAuthLibrary: 10,
    connect: async ({authClient, restPorts}) => {
      leadHttp2(restPorts.http2);
      const {deleteApp, initializeApp} = await import('firebase-admin-13/app');
      const {getAuth} = await import('firebase-admin-13/auth');
      const {getFirestore} = await import('firebase-admin-13/firestore');
      const {getMessaging} = await import('firebase-admin-13/messaging');
      const {getStorage} = await import('firebase-admin-13/storage');
      const app = initializeApp({
        credential: firebaseCredential(authClient),
        projectId: 'my-project',
        httpAgent: new LeadingAgent(restPorts.https),
      });
      return {
        operations: {
          auth: () => getAuth(app).getUser('a-user'),
          messaging: () => getMessaging(app).send(message),
          'messaging by HTTP/2': async () => allSent(await getMessaging(app).sendEach([message])),
          'getFirestore()': async () => getFirestore(app),
          'getStorage()': async () => getStorage(app),
        },
        close: () => deleteApp(app),
      };
    },
  },
  {
    ...common,
    installedAs: 'firebase-admin',
    major: '14',
    googleAuthLibrary: 11,
    connect: async ({authClient, restPorts}) => {
      leadHttp2(restPorts.http2);
      const {deleteApp, initializeApp} = await import('firebase-admin/app');
      const {getAuth} = await import('firebase-admin/auth');
      const {getFirestore} = await import('firebase-admin/firestore');
      const {getMessaging} = await import('firebase-admin/messaging');
      const {getStorage} = await import('firebase-admin/storage');
      const app = initializeApp({
        credential: firebaseCredential(authClient),
        projectId: 'my-project',
        httpAgent: new LeadingAgent(restPorts.https),
      });
      return {
        operations: {
          auth: () => getAuth(app).getUser('a-user'),
          messaging: () => getMessaging(app).send(message),
          'messaging by HTTP/2': async () => allSent(await getMessaging(app).sendEach([message])),
          'getFirestore()': async () => getFirestore(app),
          'getStorage()': async () => getStorage(app),
        },
        close: () => deleteApp(app),
      };
    },
  },
];
