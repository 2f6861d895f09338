import {createRequire} from 'node:module';
import {field} from '../clouds/protobuf.js';
import type {Answers} from '../clouds/recorded-clouds.js';
import type {ClientUnderTest, ConnectedClient} from '../client-under-test.js';

/** What the majors of `Firestore` have in common. */
interface AnyFirestore {
  doc(path: string): {
    get(): Promise<unknown>;
    set(data: object): Promise<unknown>;
  };
  terminate(): Promise<void>;
}

const DOCUMENTS = 'projects/my-project/databases/(default)/documents';

const connected = (firestore: AnyFirestore, rest: AnyFirestore): ConnectedClient => ({
  // Known from the first call on, and shown by toJSON() alone.
  projectId: async () => /"projectId":"(.*?)"/.exec(JSON.stringify(firestore))?.[1],
  operations: {
    read: () => firestore.doc('a-collection/a-document').get(),
    write: () => firestore.doc('a-collection/a-document').set({one: 1}),
    // With preferRest: true.
    'read by REST': () => rest.doc('a-collection/a-document').get(),
    'write by REST': () => rest.doc('a-collection/a-document').set({one: 1}),
  },
  close: () => Promise.all([firestore.terminate(), rest.terminate()]),
});

// Seconds of a timestamp, as a number.
const READ_TIME = Buffer.from([0x08, 0x01]);
const REST = String.raw`^POST localhost:\d+\/v1\/projects\/my-project\/databases\/[^/]*default[^/]*\/documents`;
const time = '2026-01-01T00:00:00Z';
const answers: Answers = {
  rest: [
    {
      to: new RegExp(`${REST}:batchGet`),
      body: [{missing: `${DOCUMENTS}/a-collection/a-document`, readTime: time}],
    },
    {
      to: new RegExp(`${REST}:commit`),
      body: {writeResults: [{updateTime: time}], commitTime: time},
    },
  ],
  grpc: [
    {
      method: '/google.firestore.v1.Firestore/BatchGetDocuments',
      kind: 'serverStream',
      message: Buffer.concat([
        field(2, `${DOCUMENTS}/a-collection/a-document`),
        field(4, READ_TIME),
      ]),
    },
    {
      method: '/google.firestore.v1.Firestore/Commit',
      kind: 'unary',
      message: Buffer.concat([field(1, field(1, READ_TIME)), field(2, READ_TIME)]),
    },
  ],
};

// Before google-gax 6, REST uses no proxy.
const rest = (port: number) => ({preferRest: true, host: `localhost:${port}`, ssl: true});

const common = {
  name: '@google-cloud/firestore',
  through: ['google-gax'],
  project: 'found',
  answers,
} satisfies Partial<ClientUnderTest>;

export const FIRESTORE: readonly ClientUnderTest[] = [
  {
    ...common,
    installedAs: 'firestore-7',
    major: '7',
    googleAuthLibrary: 9,
    written: '{authClient}',
    connect: async ({authClient, restPorts}) => {
      // Its types declare a module by the name of the newer one.
      const {Firestore} = createRequire(import.meta.url)('firestore-7') as {
        readonly Firestore: new (settings: {
          authClient: object;
          preferRest?: boolean;
          host?: string;
        }) => AnyFirestore;
      };
      return connected(
        new Firestore({authClient}),
        new Firestore({authClient, ...rest(restPorts.https)}),
      );
    },
  },
  {
    ...common,
    installedAs: '@google-cloud/firestore',
    major: '9',
    googleAuthLibrary: 11,
    written: '{authClient}',
    connect: async ({authClient, restPorts}) => {
      const {Firestore} = await import('@google-cloud/firestore');
      return connected(
        new Firestore({authClient}),
        new Firestore({authClient, ...rest(restPorts.https)}),
      );
    },
  },
];
