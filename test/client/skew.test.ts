import assert from 'node:assert/strict';
import {text} from 'node:stream/consumers';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import type {AwsAuthClient} from '../../src/index.js';
import {startServer} from '../support/local-server.js';
import {runNode} from '../support/run-node.js';
import {emulatedClient, emulatedStorage, federatedClient} from './emulated-client.js';

const MINUTE = 60_000;

/** A proxy before the emulator, which writes the `Date` headers itself, or leaves them out; and the URLs that lead to it. */
async function dateProxy(emulator: Emulator, dateOf: (path: string) => Date | undefined) {
  const {token_url: tokenUrl, service_account_impersonation_url: url = ''} = emulator.config;
  const proxy = await startServer((request, response) => {
    void (async () => {
      const {authorization, 'content-type': type = ''} = request.headers;
      const path = request.url ?? '';
      const answer = await fetch(`${emulator.url}${path}`, {
        method: 'POST',
        headers: {'content-type': type, ...(authorization && {authorization})},
        body: await text(request),
      });
      const date = dateOf(path);
      response.sendDate = false;
      if (date !== undefined) response.setHeader('date', date.toUTCString());
      response.writeHead(answer.status, {'content-type': 'application/json'});
      response.end(await answer.text());
    })();
  });
  return {
    tokenUrl: tokenUrl.replace(emulator.url, proxy.url),
    serviceAccountImpersonationUrl: url.replace(emulator.url, proxy.url),
    [Symbol.asyncDispose]: () => proxy.close(),
  };
}

async function assertKeptForAnHour(client: AwsAuthClient, clock: () => number): Promise<void> {
  await client.getAccessToken();
  const life = (client.credentials.expiry_date ?? NaN) - clock();
  assert.equal(Math.round(life / MINUTE), 60);
  const idToken = await client.fetchIdToken('https://service.example');
  assert.equal(await client.fetchIdToken('https://service.example'), idToken, 'it is kept');
}

// The emulator's clock is right; this machine's, by the option `clock`, is not.
describe('a local clock that is wrong', () => {
  for (const minutes of [-60, -10, 10, 60]) {
    it(`by ${String(minutes)} minutes signs again with the server's time`, async () => {
      let now = Date.now();
      await using emulator = await startEmulator({clock: () => now});
      const clock = () => now + minutes * MINUTE;
      const client = emulatedClient(emulator, {clock});
      const first = await client.getAccessToken();
      await emulatedStorage(emulator, client).getBuckets();
      const exchanges = () =>
        emulator.requests.filter(({service}) => service === 'google-sts').length;
      assert.equal(exchanges(), 2, 'one is refused, and one more is signed');

      now += 30 * MINUTE;
      assert.equal((await client.getAccessToken()).token, first.token, 'its life is the server’s');
      now += 30 * MINUTE;
      assert.notEqual((await client.getAccessToken()).token, first.token);
      assert.equal(exchanges(), 3, 'the correction is kept');
      await emulatedStorage(emulator, client).getBuckets();
    });
  }

  for (const minutes of [-20, 20]) {
    it(`by ${String(minutes)} minutes is corrected for all that was signed by it at a time`, async () => {
      await using emulator = await startEmulator();
      const client = federatedClient(emulator, {clock: () => Date.now() + minutes * MINUTE});
      const scopes = ['devstorage.read_only', 'devstorage.read_write', 'bigquery'];
      const clients = [
        client,
        ...scopes.map(each => client.withScopes(`https://www.googleapis.com/auth/${each}`)),
      ];
      const tokens = await Promise.all(clients.map(async each => each.getAccessToken()));
      assert.equal(new Set(tokens.map(({token}) => token)).size, 4);
    });
  }

  for (const {title, date} of [
    {title: 'no Date header', date: undefined},
    {title: 'a Date header of two days ago', date: new Date(Date.now() - 2 * 24 * 60 * MINUTE)},
  ]) {
    for (const minutes of [-60, 60]) {
      it(`by ${String(minutes)} minutes is corrected by what AWS says, where a proxy sends ${title}`, async () => {
        await using emulator = await startEmulator();
        await using proxy = await dateProxy(emulator, () => date);
        const client = emulatedClient(emulator, {
          clock: () => Date.now() + minutes * MINUTE,
          tokenUrl: proxy.tokenUrl,
        });
        await emulatedStorage(emulator, client).getBuckets();
        const exchanges = emulator.requests.filter(({service}) => service === 'google-sts');
        assert.equal(exchanges.length, 2, 'one is refused, and one more is signed');
      });
    }
  }

  for (const minutes of [-60, 60]) {
    it(`by ${String(minutes)} minutes is corrected for the end of a token, too, where no answer has a Date header`, async () => {
      await using emulator = await startEmulator();
      await using proxy = await dateProxy(emulator, () => undefined);
      const {tokenUrl, serviceAccountImpersonationUrl} = proxy;
      const clock = () => Date.now() + minutes * MINUTE;
      await assertKeptForAnHour(
        emulatedClient(emulator, {clock, tokenUrl, serviceAccountImpersonationUrl}),
        clock,
      );
    });
  }

  const warningsOf = async (minutes: number): Promise<string[]> => {
    await using emulator = await startEmulator();
    const {accessKeyId, secretAccessKey, sessionToken} = emulator.issueAwsCredentials();
    const {status, stderr} = await runNode(['test/client/skewed-program.ts', String(minutes)], {
      EMULATED_CONFIG: JSON.stringify(emulator.config),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_REGION: 'us-east-1',
    });
    assert.equal(status, 0, stderr);
    return stderr.split('\n').filter(line => line.includes('Warning'));
  };

  for (const {minutes, way} of [
    {minutes: -20, way: 'behind'},
    {minutes: 20, way: 'ahead of'},
  ]) {
    it(`by ${String(minutes)} minutes is told of once in a process, with what to do`, async () => {
      const [warning = '', ...more] = await warningsOf(minutes);
      assert.deepEqual(more, []);
      assert.match(warning, /\[GOOGLE_AUTH_AWS_CLOCK\]/);
      assert.ok(warning.includes(`about 20 minutes ${way} AWS's and Google's`), warning);
      assert.match(warning, /Synchronise the clock \(chrony, NTP\)/);
    });
  }

  it('by two minutes, which AWS takes, is not told of', async () => {
    assert.deepEqual(await warningsOf(-2), []);
  });

  it('is not what a wrong secret key is taken for', async () => {
    await using emulator = await startEmulator();
    const keys = {...emulator.issueAwsCredentials(), secretAccessKey: 'another-secret-key'};
    await assert.rejects(emulatedClient(emulator, {awsCredentials: keys}).getAccessToken(), {
      code: 'AWS_IDENTITY_REJECTED',
      reason: 'SignatureDoesNotMatch',
    });
    assert.equal(
      emulator.requests.filter(({service}) => service === 'google-sts').length,
      1,
      'nothing speaks for another try',
    );
  });
});

describe('a local clock that is right', () => {
  for (const [minutes, where] of [
    [0, 'of IAM Credentials alone'],
    [120, 'of both servers'],
  ] as const) {
    it(`is believed where a proxy sets the Date headers ${where} two hours ahead`, async () => {
      await using emulator = await startEmulator();
      await using proxy = await dateProxy(emulator, path => {
        const ahead = path.includes('/serviceAccounts/') ? 120 : minutes;
        return new Date(Date.now() + ahead * MINUTE);
      });
      const {tokenUrl, serviceAccountImpersonationUrl} = proxy;
      await assertKeptForAnHour(
        emulatedClient(emulator, {tokenUrl, serviceAccountImpersonationUrl}),
        Date.now,
      );
    });
  }
});
