import assert from 'node:assert/strict';
import {
  fromContainerMetadata,
  fromHttp,
  fromNodeProviderChain,
} from '@aws-sdk/credential-providers';
import type {Emulator} from '../../src/emulator/index.js';
import {restoreEnvironment} from './support/aws-environment.js';
import {send} from './support/http.js';
import {emulators} from './support/running.js';
import {sign, type Keys} from './support/signing.js';

async function assertGood(emulator: Emulator, keys: Keys) {
  const answer = await send(emulator.url, sign(keys));
  assert.equal(answer.status, 200, answer.text);
  assert.match(
    answer.text,
    /<Arn>arn:aws:sts::111122223333:assumed-role\/demo-role\/[0-9a-f]{32}</,
  );
}

describe("the AWS SDK's own providers, as they stand, get credentials", () => {
  const start = emulators();
  let before: NodeJS.ProcessEnv;

  beforeEach(() => {
    before = {...process.env};
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
    }
    process.env['AWS_CONFIG_FILE'] = '/nonexistent';
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nonexistent';
  });

  afterEach(() => {
    restoreEnvironment(before);
  });

  it('fromHttp', async () => {
    const emulator = await start();
    const credentials = await fromHttp({
      awsContainerCredentialsFullUri: emulator.env.AWS_CONTAINER_CREDENTIALS_FULL_URI,
      awsContainerAuthorizationToken: emulator.env.AWS_CONTAINER_AUTHORIZATION_TOKEN,
    })();
    assert.ok(credentials.expiration && credentials.expiration.getTime() > Date.now());
    await assertGood(emulator, {...credentials, sessionToken: credentials.sessionToken ?? ''});
  });

  for (const [name, provider] of [
    ['fromContainerMetadata', fromContainerMetadata],
    ['the chain', fromNodeProviderChain],
  ] as const) {
    it(`${name}, by the environment`, async () => {
      const emulator = await start();
      Object.assign(process.env, emulator.env);
      const credentials = await provider()();
      await assertGood(emulator, {...credentials, sessionToken: credentials.sessionToken ?? ''});
    });
  }

  it('and none with a wrong token', async () => {
    const emulator = await start();
    const provider = fromHttp({
      awsContainerCredentialsFullUri: emulator.env.AWS_CONTAINER_CREDENTIALS_FULL_URI,
      awsContainerAuthorizationToken: 'wrong',
      maxRetries: 0,
    });
    await assert.rejects(provider(), /403/);
  });
});
