import type {ClientUnderTest} from './client-under-test.js';

/** What is imported of each client, and from which of its modules. */
const MADE: Readonly<Record<string, {readonly call: string; readonly module?: string}>> = {
  '@google-cloud/storage': {call: 'new Storage'},
  '@google-cloud/bigquery': {call: 'new BigQuery'},
  '@google-cloud/secret-manager': {call: 'new SecretManagerServiceClient'},
  '@google-cloud/pubsub': {call: 'new PubSub'},
  '@google-cloud/firestore': {call: 'new Firestore'},
  '@googleapis/drive': {call: 'drive'},
  '@google/genai': {call: 'new GoogleGenAI'},
  'firebase-admin': {call: 'initializeApp', module: '/app'},
};

const HELPER = /\b(?:forGoogleClient|firebaseCredential)\(authClient\)/;

/**
 * A program that makes each of these clients with the options that the README's table has for it, and shows
 * that a helper named there is needed: without it the line must not compile.
 */
export function writtenProgram(clients: readonly ClientUnderTest[]): string {
  const statements = clients.flatMap(({name, installedAs, written}, index) => {
    const made = MADE[name];
    if (!made) throw new Error(`How is ${name} made?`);
    const imported = made.call.replace('new ', '');
    const own = `${imported}${index}`;
    const call = made.call.replace(imported, own);
    return [
      `import {${imported} as ${own}} from '${installedAs}${made.module ?? ''}';`,
      `${call}(${written});`,
      ...(HELPER.test(written)
        ? [
            '// @ts-expect-error -- why the helper is there',
            `${call}(${written.replace(HELPER, 'authClient')});`,
          ]
        : []),
    ];
  });
  return [
    "import {type AwsAuthClient, firebaseCredential, forGoogleClient} from 'google-auth-aws';",
    'declare const authClient: AwsAuthClient;',
    'declare const projectId: string, project: string, location: string;',
    'void [firebaseCredential, forGoogleClient, projectId, project, location];',
    ...statements,
  ].join('\n');
}
