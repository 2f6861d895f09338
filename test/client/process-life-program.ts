// Run by a test in a process of its own, which must end by itself. Its argument names the scene.
import {gaxios} from 'google-auth-library';
import sinon from 'sinon';
import {AwsAuthClient} from '../../src/index.js';

const [scene = '', ...rest] = process.argv.slice(2);
const HOUR = 3_600_000;
let ahead = 0;

const client = AwsAuthClient.fromJSON(JSON.parse(process.env['EMULATED_CONFIG'] ?? ''), {
  projectId: 'my-project',
  clock: () => Date.now() + ahead,
  // No attempt ends by itself within a test, unless it is told to.
  timeouts: {
    attemptMillis: Number(rest[0] ?? 600_000),
    totalMillis: scene === 'refused' ? 300 : 600_000,
  },
  ...(scene.endsWith('by a Gaxios') ? {transporter: new gaxios.Gaxios()} : {}),
});

const token = async () => (await client.getAccessToken()).token;

if (scene === 'fresh') {
  say(client.getServiceAccountEmail());
} else if (scene === 'held') {
  await token();
  say(await client.getRequestHeaders().then(headers => headers.has('authorization')));
} else if (scene.startsWith('waiting')) {
  if (scene.endsWith('fake timers')) {
    sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval']});
  }
  say(await Promise.all([token(), client.getRequestHeaders()]).then(([value]) => value !== ''));
  say(await client.describeIdentity().then(({region}) => region));
  say((await client.retrieveSubjectToken()) !== '');
} else if (scene === 'alone') {
  // Each with a client of its own, and no other caller who keeps the process.
  const [, url = '', serviceAccountImpersonationUrl] = rest;
  const email = 'demo@my-project.iam.gserviceaccount.com';
  const another = () => client.withServiceAccount(email, {serviceAccountImpersonationUrl});
  say((await another().getAccessToken()).token !== '');
  // Twice: what the first loads ahead keeps a process, too.
  say(
    await another()
      .getRequestHeaders()
      .then(headers => headers.has('authorization')),
  );
  say(
    await another()
      .getRequestHeaders()
      .then(headers => headers.has('authorization')),
  );
  say((await another().fetchIdToken('https://hello-abc-uc.a.run.app')) !== '');
  say(
    await another()
      .request({url})
      .then(({status}) => status),
  );
} else if (scene === 'refused') {
  say(await token().catch(String));
} else if (scene.startsWith('due')) {
  const old = await token();
  ahead = HOUR - 120_000;
  say((await token()) === old);
}

function say(what: unknown): void {
  process.stdout.write(`${String(what)}\n`);
}
