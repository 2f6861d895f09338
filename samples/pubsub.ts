// Publishes a message with Pub/Sub and receives the next one of a subscription, on an AWS identity.
import {once} from 'node:events';
import {PubSub, type Message} from '@google-cloud/pubsub';
import {AwsAuthClient} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  projectId: 'my-project',
});
const pubsub = new PubSub({authClient, projectId: 'my-project'});

const id = await pubsub.topic('my-topic').publishMessage({json: {from: 'the other cloud'}});
console.log(`published ${id}`);

// A stream over gRPC; each message comes with a fresh token once the old one has ended.
const subscription = pubsub.subscription('my-subscription');
const [message]: Message[] = await once(subscription, 'message');
console.log(`received ${message?.data}`);
message?.ack();

await subscription.close();
await pubsub.close();
