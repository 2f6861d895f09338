// One cold process: imports what it is told, makes a subject token if it is told, and prints what that
// took. Run by bench-import.ts.
//
//   node import.mjs time|count  library|package|subject-token
import {createRequire, register} from 'node:module';
import {MessageChannel} from 'node:worker_threads';

const [, , what, path] = process.argv;
const urls = [];
let settled = () => Promise.resolve();
if (what === 'count') {
  const {port1, port2} = new MessageChannel();
  port1.on('message', url => urls.push(url));
  port1.unref();
  const hooks = `export let port;
    export async function initialize(data) { port = data.port; }
    export async function load(url, context, next) { port.postMessage(url); return next(url, context); }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, {
    data: {port: port2},
    transferList: [port2],
  });
  settled = () => new Promise(resolve => setTimeout(resolve, 200));
}

const started = performance.now();
if (path === 'library') {
  await import('google-auth-library');
} else {
  const {AwsAuthClient} = await import('google-auth-aws');
  if (path === 'subject-token') {
    const audience =
      '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
    await new AwsAuthClient({audience}).retrieveSubjectToken();
  }
}
const millis = performance.now() - started;
await settled();

const files = [
  ...Object.keys(createRequire(import.meta.url).cache),
  ...urls.filter(url => url.startsWith('file:')),
];
const modules = new Set(files);
const isAws = file => /node_modules\/@(?:aws-sdk|aws|smithy|aws-crypto)\//.test(file);
process.stdout.write(
  JSON.stringify({millis, modules: modules.size, aws: [...modules].filter(isAws).length}),
);
process.exit();
