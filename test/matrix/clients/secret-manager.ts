import {field} from '../clouds/protobuf.js';
import {forGoogleClient} from 'google-auth-aws';
import type {Answers} from '../clouds/recorded-clouds.js';
import type {ClientUnderTest, ConnectedClient} from '../client-under-test.js';

/** What the majors of `SecretManagerServiceClient` have in common. */
interface AnySecretManager {
  getProjectId(): Promise<string>;
  accessSecretVersion(request: {name: string}): Promise<unknown>;
  close(): Promise<void>;
}

const name = 'projects/my-project/secrets/a-secret/versions/latest';

const connected = (grpc: AnySecretManager, rest: AnySecretManager): ConnectedClient => ({
  projectId: () => grpc.getProjectId(),
  operations: {
    gRPC: () => grpc.accessSecretVersion({name}),
    REST: () => rest.accessSecretVersion({name}),
  },
  close: () => Promise.all([grpc.close(), rest.close()]),
});

const answers: Answers = {
  grpc: [
    {
      method: '/google.cloud.secretmanager.v1.SecretManagerService/AccessSecretVersion',
      kind: 'unary',
      message: field(1, name),
    },
  ],
  rest: [{to: /^GET localhost:\d+\/v1\/projects\/my-project\/secrets/, body: {name}}],
};

// Before google-gax 6, REST uses no proxy.
const rest = (port: number) => ({fallback: true, apiEndpoint: 'localhost', port});

const common = {
  name: '@google-cloud/secret-manager',
  through: ['google-gax'],
  project: 'found',
  answers,
} satisfies Partial<ClientUnderTest>;

export const SECRET_MANAGER: readonly ClientUnderTest[] = [
  {
    ...common,
    installedAs: 'secret-manager-5',
    major: '5',
    googleAuthLibrary: 9,
    written: '{authClient: forGoogleClient(authClient)}',
    connect: async ({authClient, restPorts}) => {
      const {SecretManagerServiceClient} = await import('secret-manager-5');
      return connected(
        new SecretManagerServiceClient({authClient: forGoogleClient(authClient)}),
        new SecretManagerServiceClient({
          authClient: forGoogleClient(authClient),
          ...rest(restPorts.https),
        }),
      );
    },
  },
  {
    ...common,
    installedAs: 'secret-manager-6',
    major: '6',
    googleAuthLibrary: 10,
    written: '{authClient: forGoogleClient(authClient)}',
    connect: async ({authClient, restPorts}) => {
      const {SecretManagerServiceClient} = await import('secret-manager-6');
      return connected(
        new SecretManagerServiceClient({authClient: forGoogleClient(authClient)}),
        new SecretManagerServiceClient({
          authClient: forGoogleClient(authClient),
          ...rest(restPorts.https),
        }),
      );
    },
  },
  {
    ...common,
    installedAs: '@google-cloud/secret-manager',
    major: '7',
    googleAuthLibrary: 11,
    written: '{authClient}',
    connect: async ({authClient, restPorts}) => {
      const {SecretManagerServiceClient} = await import('@google-cloud/secret-manager');
      return connected(
        new SecretManagerServiceClient({authClient}),
        new SecretManagerServiceClient({authClient, ...rest(restPorts.https)}),
      );
    },
  },
];
