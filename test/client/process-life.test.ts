import assert from 'node:assert/strict';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {runNode} from '../support/run-node.js';
import {emulatedClient, federatedClient} from './emulated-client.js';

const HOUR = 3_600_000;
const HUNG = {service: 'google-sts', hang: true, times: 10} as const;

describe('a process', () => {
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
  });

  afterEach(() => emulator.close());

  /** Runs a scene to its end. A process that is kept alive has none, and the test's time is over. */
  const run = async (scene: string, ...args: string[]): Promise<string> => {
    const {accessKeyId, secretAccessKey, sessionToken} = emulator.issueAwsCredentials();
    const {status, stdout, stderr} = await runNode(
      ['test/client/process-life-program.ts', scene, ...args],
      {
        EMULATED_CONFIG: JSON.stringify(emulator.configFor()),
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_REGION: 'us-east-1',
      },
    );
    assert.deepEqual([stderr, status], ['', 0]);
    return stdout.trimEnd().replaceAll('\n', ' ');
  };

  const exchanges = () => emulator.requests.filter(({service}) => service === 'google-sts').length;

  it('ends by itself with a client that was never used', async () => {
    assert.equal(await run('fresh'), 'null');
    assert.deepEqual(emulator.requests, []);
  });

  it('ends by itself with a client that holds a token and a connection', async () => {
    assert.equal(await run('held'), 'true');
    assert.equal(exchanges(), 1);
  });

  it('ends by itself where AWS STS takes a connection and never answers', async () => {
    const sts = createServer(socket => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(sts, 'listening');
    const folder = await mkdtemp(join(tmpdir(), 'process-life-'));
    const config = join(folder, 'config');
    const role = 'arn:aws:iam::111122223333:role/demo-role';
    await writeFile(
      config,
      `[profile demo]\nrole_arn = ${role}\nsource_profile = base\n[profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n[profile web]\nrole_arn = ${role}\nweb_identity_token_file = ${config}\n[profile of-web]\nrole_arn = ${role}\nsource_profile = web\n`,
    );
    const address = sts.address();
    assert.ok(typeof address === 'object' && address !== null);
    try {
      for (const source of [
        {AWS_WEB_IDENTITY_TOKEN_FILE: config, AWS_ROLE_ARN: role, AWS_CONFIG_FILE: '/dev/null'},
        ...['demo', 'web', 'of-web'].map(name => ({AWS_PROFILE: name, AWS_CONFIG_FILE: config})),
      ]) {
        const {status, stdout} = await runNode(['test/client/process-life-program.ts', 'refused'], {
          EMULATED_CONFIG: JSON.stringify(emulator.configFor()),
          AWS_REGION: 'us-east-1',
          AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
          AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${String(address.port)}`,
          ...source,
        });
        assert.match(stdout, /had from the (?:profile "|web identity)/);
        assert.equal(status, 0);
      }
    } finally {
      sts.close();
      await rm(folder, {recursive: true});
    }
  });

  it('stays for a caller that waits', async () => {
    emulator.failNext({service: 'google-sts', delayMillis: 300});
    assert.equal(await run('waiting'), 'true us-east-1 true');
  });

  it('stays for a caller that waits alone, for whatever that is', async () => {
    // The last of them waits twice: its first token is refused.
    emulator.failNext({service: 'iam-credentials', delayMillis: 50, times: 6});
    emulator.failNext({service: 'storage', status: 401});
    const url = `${emulator.url}/storage/v1/b?project=my-project`;
    const {service_account_impersonation_url: accountUrl = ''} = emulator.config;
    assert.equal(await run('alone', '10000', url, accountUrl), 'true true true true 200');
    const tokens = emulator.requests.filter(({service}) => service === 'iam-credentials').length;
    assert.equal(tokens, 6);
  });

  it('stays for a caller that waits where a clock of tests stands in for the timers', async () => {
    emulator.failNext({service: 'google-sts', delayMillis: 300});
    assert.equal(await run('waiting, with fake timers'), 'true us-east-1 true');
  });

  it('stays for a caller that waits for another attempt', async () => {
    emulator.failNext({service: 'google-sts', status: 503});
    assert.equal(await run('held'), 'true');
    assert.equal(exchanges(), 2);
  });

  describe('with a token that is due', () => {
    beforeEach(() => {
      // The first request is answered, late by nothing much.
      emulator.failNext({service: 'google-sts', delayMillis: 1});
    });

    it('does not stay for a refresh that hangs', async () => {
      emulator.failNext(HUNG);
      assert.equal(await run('due'), 'true');
    });

    it('does not stay for the pause after an attempt that failed', async () => {
      emulator.failNext({service: 'google-sts', status: 503, headers: {'retry-after': '500'}});
      assert.equal(await run('due'), 'true');
      assert.ok(exchanges() <= 2);
    });

    it('stays no longer than one attempt of a transporter of the user', async () => {
      emulator.failNext(HUNG);
      assert.equal(await run('due, by a Gaxios', '400'), 'true');
      await emulator.close();
      assert.equal(exchanges(), 2, 'the attempt that hung is not followed by another one');
    });
  });
});

describe('a process that was suspended', () => {
  for (const [name, clientOf] of Object.entries({emulatedClient, federatedClient})) {
    it(`past the end of its token gets a new one on the next call: ${name}`, async () => {
      let now = Date.now();
      await using emulator = await startEmulator({clock: () => now});
      const client = clientOf(emulator, {
        clock: () => now,
        awsCredentials: () => Promise.resolve(emulator.issueAwsCredentials()),
      });
      let last = await client.getAccessToken();
      for (const asleep of [HOUR, 24 * HOUR, 400 * 24 * HOUR]) {
        now += asleep;
        const next = await client.getAccessToken();
        assert.notEqual(next.token, last.token);
        last = next;
      }
    });

    it(`in the middle of a refresh does not wait for that one: ${name}`, async () => {
      let now = Date.now();
      await using emulator = await startEmulator({clock: () => now});
      const client = clientOf(emulator, {
        clock: () => now,
        timeouts: {attemptMillis: 600_000},
        // What hangs ends with the emulator, and is not tried again in the middle of another test.
        retry: {maxAttempts: 1},
      });
      const first = await client.getAccessToken();
      now += HOUR - 120_000;
      emulator.failNext({service: 'google-sts', hang: true});
      emulator.failNext({service: 'iam-credentials', hang: true});
      assert.equal((await client.getAccessToken()).token, first.token);
      await turn();
      now += HOUR;
      const next = await client.getAccessToken();
      assert.notEqual(next.token, first.token);
      assert.deepEqual(await client.getAccessToken(), next);
    });

    it(`until a token had ended that was on its way asks once more: ${name}`, async () => {
      const warnings: Error[] = [];
      const note = (warning: Error) => void warnings.push(warning);
      process.on('warning', note);
      let now = Date.now();
      const service = clientOf === emulatedClient ? 'iam-credentials' : 'google-sts';
      await using emulator = await startEmulator({
        clock: () => now,
        onRequest: record => {
          if (record.service === service && !wasAsleep) now += 2 * HOUR;
          if (record.service === service) wasAsleep = true;
        },
      });
      let wasAsleep = false;
      const client = clientOf(emulator, {clock: () => now});
      await client.getAccessToken();
      assert.equal(wasAsleep, true);
      const asked = emulator.requests.filter(record => record.service === service);
      assert.ok(asked.length > 1, 'the token that had ended is handed to nobody');
      assert.ok((client.credentials.expiry_date ?? 0) > now);
      await turn();
      process.off('warning', note);
      assert.deepEqual(warnings, [], 'it does not take its sleep for a clock that is off');
      if (service === 'google-sts') assert.equal(asked.length, 2);
    });
  }
});
