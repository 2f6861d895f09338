import assert from 'node:assert/strict';
import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, it} from 'mocha';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {startServer} from '../support/local-server.js';
import {EMAIL, examine, ROLE, setUp, type PrintedStep} from './doctor-fixture.js';
import {runCommand} from './run-command.js';

describe('google-auth-aws doctor', () => {
  const aws = awsEnvironment();
  let emulator: Emulator;
  let ahead: number;

  beforeEach(async () => {
    ahead = 0;
    emulator = await startEmulator({clock: () => Date.now() + ahead});
    await setUp(emulator, aws);
  });
  afterEach(() => emulator.close());

  async function step(id: string, ...flags: string[]): Promise<PrintedStep> {
    const {steps} = await examine(aws, ...flags);
    const found = steps.find(one => one.id === id);
    assert.ok(found, `${id} is not among ${steps.map(one => one.id).join()}`);
    return found;
  }

  describe('finds all well', () => {
    it('from the libraries to the service account’s token', async () => {
      const {ran, steps} = await examine(aws);
      assert.deepEqual({status: ran.status, stderr: ran.stderr}, {status: 0, stderr: ''});
      assert.deepEqual(
        steps.map(({id, status}) => `${id} ${status}`),
        [
          ...['installation', 'configuration', 'aws-credentials', 'aws-region', 'clock'],
          ...['aws-sts', 'google-sts', 'impersonation'],
        ].map(id => `${id} ok`),
      );
      assert.ok(steps.every(({millis}) => Number.isInteger(millis) && millis >= 0));
      const operations = emulator.requests.map(({operation}) => operation);
      // AWS STS is really asked, beside what Google asks of it.
      assert.equal(operations.filter(name => name === 'GetCallerIdentity').length, 2);
      assert.equal(operations.filter(name => name === 'generateAccessToken').length, 1);
    });

    it('without a service account', async () => {
      await setUp(emulator, aws, emulator.configFor());
      const {ran, last} = await examine(aws);
      assert.equal(ran.status, 0);
      assert.equal(last.id, 'google-sts');
      assert.match(last.facts, /good for (?:59|60) min|good for 1 h/);
    });

    it('with a call to an API', async () => {
      const bucket = await runCommand(['token']);
      await fetch(`${emulator.url}/storage/v1/b?project=my-project`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${bucket.stdout.trim()}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({name: 'my-bucket'}),
      });
      for (const flags of [
        ['--bucket', 'my-bucket'],
        ['--url', `${emulator.url}/storage/v1/b/my-bucket`],
      ]) {
        const {ran, last} = await examine(aws, ...flags);
        assert.equal(ran.status, 0, JSON.stringify(last));
        assert.equal(last.id, 'api-call');
        assert.match(last.facts, /HTTP 200/);
      }
    });

    it('and says so to a person, a line a step', async () => {
      const {status, stdout, stderr} = await runCommand(['doctor'], {cwd: aws.folder});
      assert.equal(status, 0);
      assert.equal(stderr, '');
      const lines = stdout.trimEnd().split('\n');
      assert.equal(lines.length, 8 + 2);
      assert.ok(
        lines.slice(0, 8).every(line => /^ok {4}[\w .]+, \d+ ms: ./.test(line)),
        stdout,
      );
      assert.equal(lines.at(-1), 'All is well.');
    });

    it('and prints no secret', async () => {
      const {accessKeyId, secretAccessKey, sessionToken} = emulator.issueAwsCredentials();
      aws.set({
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      });
      const {stdout} = await runCommand(['doctor', '--json', '--debug'], {cwd: aws.folder});
      assert.doesNotMatch(stdout, /ya29|Signature=|ASIA/);
      for (const secret of [accessKeyId, secretAccessKey, sessionToken]) {
        assert.ok(!stdout.includes(secret));
      }
    });
  });

  describe('looks at the libraries', () => {
    async function library(folder: string, version: string): Promise<void> {
      const place = join(aws.folder, folder, 'google-auth-library');
      await mkdir(place, {recursive: true});
      await writeFile(join(place, 'package.json'), JSON.stringify({version}));
    }

    it('and tells of one copy', async () => {
      await library('node_modules', '11.3.4');
      const {status, facts} = await step('installation');
      assert.equal(status, 'ok');
      assert.match(
        facts,
        new RegExp(
          `^Node\\.js ${process.version}, google-auth-aws \\d.*, google-auth-library 11\\.3\\.4$`,
        ),
      );
    });

    it('and warns of several, wherever they are', async () => {
      await library('node_modules', '11.3.4');
      await library('node_modules/@google-cloud/storage/node_modules', '9.15.1');
      await library('node_modules/.pnpm/google-auth-library@10.9.1/node_modules', '10.9.1');
      await library('node_modules/y/node_modules', '11.2.0');
      // A link to what has been seen, and one round in a circle.
      await symlink(
        join(aws.folder, 'node_modules/google-auth-library'),
        join(aws.folder, 'node_modules/another'),
      );
      await symlink(join(aws.folder, 'node_modules'), join(aws.folder, 'node_modules/circle'));
      const {status, facts, meaning, remedies = []} = await step('installation');
      assert.equal(status, 'warning');
      assert.match(facts, /google-auth-library 10\.9\.1, 11\.2\.0, 11\.3\.4, 9\.15\.1$/);
      assert.match(
        meaning ?? '',
        /There are 4 copies.*9\.15\.1 in node_modules\/@google-cloud\/storage/,
      );
      assert.deepEqual(
        remedies.map(({command}) => command),
        ['npm ls google-auth-library', 'npm dedupe'],
      );
    });

    it('and does not have copies of other majors joined, which cannot be', async () => {
      await library('node_modules', '11.3.4');
      await library('node_modules/x/node_modules', '9.15.1');
      const {meaning, remedies = []} = await step('installation');
      assert.match(meaning ?? '', /forGoogleClient\(authClient\)/);
      assert.deepEqual(
        remedies.map(({command}) => command),
        ['npm ls google-auth-library'],
      );
    });

    it('and does not mind two of one version', async () => {
      await library('node_modules', '11.3.4');
      await library('node_modules/x/node_modules', '11.3.4');
      assert.equal((await step('installation')).status, 'ok');
    });
  });

  describe('looks at the AWS credentials', () => {
    it('and stops where there are none', async () => {
      aws.set({AWS_CONTAINER_CREDENTIALS_FULL_URI: ''});
      const {last} = await examine(aws);
      assert.equal(last.id, 'aws-credentials');
      assert.equal(last.code, 'AWS_CREDENTIALS_UNAVAILABLE');
      assert.match(last.facts, /switched off by AWS_EC2_METADATA_DISABLED/);
    });

    it('and stops where the source refuses', async () => {
      emulator.failNext({service: 'aws-container-credentials', status: 404, times: 10});
      const {last} = await examine(aws);
      assert.equal(last.id, 'aws-credentials');
      assert.match(last.meaning ?? '', /task has a task role/);
    });

    it('and warns of keys that shadow the task’s own role', async () => {
      aws.set(emulator.awsSetup('environment').env);
      const {status, meaning, facts} = await step('aws-credentials');
      assert.equal(status, 'warning');
      assert.match(facts, /environment variables AWS_ACCESS_KEY_ID/);
      assert.match(
        meaning ?? '',
        /AWS_ACCESS_KEY_ID comes before the role.*AWS_CONTAINER_CREDENTIALS_FULL_URI/,
      );
    });

    it('and warns of a pod that has the node’s role', async () => {
      const host = await startEmulator({instanceMetadata: {}});
      try {
        aws.set({
          ...host.awsSetup('instance-metadata').env,
          AWS_CONTAINER_CREDENTIALS_FULL_URI: '',
          KUBERNETES_SERVICE_HOST: '10.0.0.1',
        });
        const {status, meaning} = await step('aws-credentials');
        assert.equal(status, 'warning');
        assert.match(meaning ?? '', /KUBERNETES_SERVICE_HOST is set.*role of the host/);
      } finally {
        await host.close();
      }
    });

    it('and warns of a profile, and of a web identity, before the container’s role', async () => {
      for (const [source, says] of [
        ['profile', /A profile of the shared AWS files comes before/],
        ['web-identity', /AWS_WEB_IDENTITY_TOKEN_FILE comes before the container/],
      ] as const) {
        const {env} = await emulator.writeAwsSetup(source, join(aws.folder, source));
        aws.set(env);
        const {status, meaning} = await step('aws-credentials');
        assert.equal(status, 'warning', source);
        assert.match(meaning ?? '', says);
        for (const name of Object.keys(env)) {
          if (name !== 'AWS_REGION') Reflect.deleteProperty(process.env, name);
        }
        aws.set({
          ...emulator.env,
          AWS_CONFIG_FILE: join(aws.folder, 'none'),
          AWS_SHARED_CREDENTIALS_FILE: join(aws.folder, 'none'),
        });
      }
    });
  });

  describe('looks at the region', () => {
    it('and stops at one that Google does not ask, after the credentials', async () => {
      for (const region of ['cn-north-1', 'us-east-1a']) {
        aws.set({AWS_REGION: region});
        const {steps, last} = await examine(aws);
        assert.equal(last.id, 'aws-region');
        assert.equal(last.code, 'AWS_REGION_INVALID');
        assert.equal(steps.find(({id}) => id === 'aws-credentials')?.status, 'ok');
      }
    });

    it('and tells where none is named', async () => {
      aws.set({AWS_REGION: '', AWS_DEFAULT_REGION: ''});
      assert.match((await step('aws-region')).facts, /^us-east-1 \(nothing names one/);
    });
  });

  describe('looks at the clock', () => {
    for (const minutes of [-60, -10, 10, 60]) {
      it(`and warns of one that is ${-minutes} minutes ahead; the rest works all the same`, async () => {
        ahead = minutes * 60_000;
        const {ran, steps} = await examine(aws);
        assert.equal(ran.status, 0);
        const clock = steps.find(({id}) => id === 'clock');
        assert.equal(clock?.status, 'warning');
        assert.match(clock.facts, minutes > 0 ? /behind/ : /ahead of/);
        assert.equal(clock.remedies?.[0]?.command, 'sudo chronyc makestep');
      });
    }

    it('and goes on where the server tells no time', async () => {
      await setUp(emulator, aws, {...emulator.config, token_url: 'http://127.0.0.1:9/v1/token'});
      const {steps, last} = await examine(aws);
      assert.equal(steps.find(({id}) => id === 'clock')?.status, 'warning');
      assert.equal(last.id, 'google-sts');
      assert.equal(last.code, 'NETWORK_ERROR');
    });
  });

  describe('goes on where AWS STS does not answer here, which a token does not need', () => {
    const silent = async () => {
      aws.set({AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9'});
      const {ran, steps, last} = await examine(aws);
      const step = steps.find(({id}) => id === 'aws-sts');
      assert.equal(step?.status, 'warning');
      assert.equal(step.code, 'NETWORK_ERROR');
      assert.match(step.facts, /AWS STS \(127\.0\.0\.1:9\) could not be reached: ECONNREFUSED/);
      assert.match(step.meaning ?? '', /Google STS asks it/);
      return {ran, last};
    };

    it('and warns of it where all else is well', async () => {
      const {ran, last} = await silent();
      assert.equal(ran.status, 0);
      assert.equal(last.id, 'impersonation');
    });

    it('and warns of it where what answers is not AWS', async () => {
      const page = await startServer((_, response) => {
        response.writeHead(403, {'content-type': 'text/html'}).end('<title>Blocked</title>');
      });
      try {
        aws.set({AWS_ENDPOINT_URL_STS: page.url});
        const {ran, steps} = await examine(aws);
        assert.equal(ran.status, 0);
        assert.equal(steps.find(({id}) => id === 'aws-sts')?.code, 'INVALID_RESPONSE');
      } finally {
        await page.close();
      }
    });

    it('and finds the step that is broken', async () => {
      emulator.failNext({
        service: 'google-sts',
        status: 400,
        body: {
          error: 'unauthorized_client',
          error_description: 'The given credential is rejected by the attribute condition.',
        },
      });
      const {ran, last} = await silent();
      assert.equal(ran.status, 1);
      assert.equal(last.id, 'google-sts');
      assert.equal(last.code, 'ATTRIBUTE_CONDITION_FAILED');
      assert.match(last.remedies?.[0]?.command ?? '', /^gcloud iam workload-identity-pools/);
    });
  });

  describe('is used wrongly', () => {
    for (const [args, says] of [
      [
        ['--bucket', 'a-bucket', '--url', 'https://storage.googleapis.com/'],
        /--url and --bucket both/,
      ],
      [['--bucket', 'gs://bucket'], /is no name of a bucket/],
      [['--url', 'storage'], /is not a URL/],
      [['--config', 'a', '--audience', 'b'], /both name the provider/],
      [['--service-account', 'demo'], /--service-account/],
    ] as const) {
      it(`with ${args.join(' ')}`, async () => {
        const {status, stderr} = await runCommand(['doctor', ...args], {cwd: aws.folder});
        assert.equal(status, 2);
        assert.match(stderr, says);
      });
    }

    it('with a URL that is not Google’s: no token goes there', async () => {
      for (const url of [
        'https://googleapis.com.evil.example/',
        'http://storage.googleapis.com/',
        'https://evil.example/',
      ]) {
        const {status, stderr} = await runCommand(['doctor', '--url', url], {cwd: aws.folder});
        assert.equal(status, 2);
        assert.match(stderr, /an access token is for Google alone/);
      }
      assert.deepEqual(emulator.requests, []);
    });

    it('with a STORAGE_EMULATOR_HOST that is neither Google’s nor this machine: no token goes there', async () => {
      for (const host of [
        'http://gcs:4443',
        'gcs:4443',
        'https://evil.example',
        'http://10.0.0.9',
      ]) {
        aws.set({STORAGE_EMULATOR_HOST: host});
        const {status, stderr} = await runCommand(['doctor', '--bucket', 'my-bucket'], {
          cwd: aws.folder,
        });
        assert.equal(status, 2);
        assert.match(
          stderr,
          /STORAGE_EMULATOR_HOST leads to \S+ and an access token is for Google/,
        );
      }
      assert.deepEqual(emulator.requests, []);
    });

    it('without a provider', async () => {
      aws.set({GOOGLE_APPLICATION_CREDENTIALS: ''});
      const {status, stdout, stderr} = await runCommand(['doctor'], {cwd: aws.folder});
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /No provider is named/);
    });
  });

  it('shows no token that an API says back', async () => {
    const sent: string[] = [];
    const api = await startServer(({headers: {authorization = ''}}, response) => {
      sent.push(authorization.replace('Bearer ', ''));
      const message = `Who is ${authorization}?`;
      response.writeHead(401, {'content-type': 'application/json'});
      response.end(JSON.stringify({error: {code: 401, message}}));
    });
    try {
      const {ran, last} = await examine(aws, '--url', api.url);
      assert.match(last.facts, /HTTP 401, "Who is Bearer \[masked\]\?"$/);
      // The first was replaced.
      assert.equal(sent.length, 2);
      for (const token of sent) assert.ok(!(ran.stdout + ran.stderr).includes(token));
    } finally {
      await api.close();
    }
  });

  it('tells a person whom it is about', async () => {
    const {stdout} = await runCommand(['doctor'], {cwd: aws.folder});
    for (const name of [EMAIL, ROLE, emulator.audience]) assert.ok(stdout.includes(name), name);
  });
});
