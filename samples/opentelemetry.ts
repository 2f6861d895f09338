// Shows the steps to a token as OpenTelemetry spans, below the span of the work that needed the token.
import {subscribe} from 'node:diagnostics_channel';
import {SpanStatusCode, trace, type Span} from '@opentelemetry/api';
import {
  ConsoleSpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import {Storage} from '@google-cloud/storage';
import {AwsAuthClient, type StepTrace} from 'google-auth-aws';

new NodeTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())],
}).register();
const tracer = trace.getTracer('my-program');

// Copy from here: one span a step. What is told of a step holds no secret.
const spans = new WeakMap<object, Span>();
const STEPS = [
  'aws-credentials',
  'aws-region',
  'sign',
  'token-exchange',
  'impersonation',
  'id-token',
  'sign-jwt',
  'jwt-bearer',
  'caller-identity',
];
for (const step of STEPS) {
  const channel = `tracing:google-auth-aws:${step}`;
  subscribe(`${channel}:start`, message => {
    const {attempt, target} = message as StepTrace;
    // A child of the span that is active where the token was asked for; a refresh in the background may outlive it.
    const span = tracer.startSpan(`google-auth-aws ${step}`, {attributes: {attempt, target}});
    spans.set(message as StepTrace, span);
  });
  subscribe(`${channel}:asyncEnd`, message => {
    const {outcome = 'error'} = message as StepTrace;
    const span = spans.get(message as StepTrace);
    if (outcome !== 'ok') span?.setStatus({code: SpanStatusCode.ERROR, message: outcome});
    span?.end();
  });
}
// To here.

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  projectId: 'my-project',
});
const storage = new Storage({authClient, projectId: 'my-project'});

await tracer.startActiveSpan('list buckets', async span => {
  try {
    const [buckets] = await storage.getBuckets();
    span.setAttribute('buckets', buckets.length);
  } catch (error) {
    span.setStatus({code: SpanStatusCode.ERROR});
    throw error;
  } finally {
    // Also where it failed: without it, the spans of its steps would have no parent.
    span.end();
  }
});
