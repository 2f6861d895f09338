import {field} from '../clouds/protobuf.js';
import {forGoogleClient} from 'google-auth-aws';
import type {Answers} from '../clouds/recorded-clouds.js';
import type {ClientUnderTest, ConnectedClient} from '../client-under-test.js';

interface AnyMessage {
  readonly data: Buffer;
  ack(): void;
}

/** What the majors of `PubSub` have in common. */
interface AnyPubSub {
  readonly projectId: string;
  topic(name: string): {
    publishMessage(message: {data: Buffer}): Promise<string>;
    getMetadata(): Promise<unknown>;
    flush(): Promise<void>;
  };
  subscription(name: string): {
    on(event: 'message', listener: (message: AnyMessage) => void): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
    close(): Promise<void>;
  };
  close(): Promise<void>;
}

const connected = (pubsub: AnyPubSub): ConnectedClient => ({
  // Filled in with the first call.
  projectId: async () => pubsub.projectId,
  operations: {
    publish: () => pubsub.topic('a-topic').publishMessage({data: Buffer.from('hello')}),
    manage: () => pubsub.topic('a-topic').getMetadata(),
    'streaming pull': async () => {
      const subscription = pubsub.subscription('a-subscription');
      try {
        await new Promise<void>((resolve, reject) => {
          subscription.on('error', reject);
          subscription.on('message', message => {
            message.ack();
            resolve();
          });
        });
      } finally {
        await subscription.close();
      }
    },
  },
  close: () => pubsub.close(),
});

/** A topic, a subscription, and one message to whoever pulls. */
export const PUBSUB_ANSWERS: Answers = {
  grpc: [
    {method: '/google.pubsub.v1.Publisher/Publish', kind: 'unary', message: field(1, 'a-message')},
    {
      method: '/google.pubsub.v1.Publisher/GetTopic',
      kind: 'unary',
      message: field(1, 'projects/my-project/topics/a-topic'),
    },
    {
      method: '/google.pubsub.v1.Subscriber/StreamingPull',
      kind: 'bidi',
      message: field(
        1,
        field(1, 'an-ack-id'),
        field(2, field(1, 'hello from the other cloud'), field(3, 'a-message')),
      ),
    },
    {method: '/google.pubsub.v1.Subscriber/Acknowledge', kind: 'unary', message: Buffer.alloc(0)},
    {
      method: '/google.pubsub.v1.Subscriber/ModifyAckDeadline',
      kind: 'unary',
      message: Buffer.alloc(0),
    },
  ],
};

const common = {
  name: '@google-cloud/pubsub',
  through: ['google-gax'],
  project: 'found',
  answers: PUBSUB_ANSWERS,
} satisfies Partial<ClientUnderTest>;

export const PUBSUB: readonly ClientUnderTest[] = [
  {
    ...common,
    installedAs: 'pubsub-4',
    major: '4',
    googleAuthLibrary: 9,
    written: '{authClient: forGoogleClient(authClient)}',
    connect: async ({authClient}) => {
      const {PubSub} = await import('pubsub-4');
      return connected(new PubSub({authClient: forGoogleClient(authClient)}));
    },
  },
  {
    ...common,
    installedAs: 'pubsub-5',
    major: '5',
    googleAuthLibrary: 10,
    written: '{authClient: forGoogleClient(authClient)}',
    connect: async ({authClient}) => {
      const {PubSub} = await import('pubsub-5');
      return connected(new PubSub({authClient: forGoogleClient(authClient)}));
    },
  },
  {
    ...common,
    installedAs: '@google-cloud/pubsub',
    major: '6',
    googleAuthLibrary: 11,
    written: '{authClient}',
    connect: async ({authClient}) => {
      const {PubSub} = await import('@google-cloud/pubsub');
      return connected(new PubSub({authClient}));
    },
  },
];
