import assert from 'node:assert/strict';
import {OAuth2Client} from 'google-auth-library';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {forGoogleClient} from '../../src/index.js';
import {emulatedClient} from './emulated-client.js';

/** As google-auth-library 9 types it: a class with a protected member, which none but its own satisfies. */
abstract class AuthClientOfAnotherCopy {
  abstract getRequestHeaders(): Promise<Record<string, string>>;
  protected abstract addSharedMetadataHeaders(): Record<string, string>;
}

describe('forGoogleClient', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  it('is the client itself, in the type that is asked for', async () => {
    const client = emulatedClient(emulator);
    const options: {authClient?: AuthClientOfAnotherCopy | string | undefined} = {
      authClient: forGoogleClient(client),
    };
    assert.equal(options.authClient, client);
    // @ts-expect-error a number is no auth client
    forGoogleClient<number>(client);
  });

  it('refuses another auth client, whose requests would go out without authorization', () => {
    for (const other of [new OAuth2Client(), {}, undefined, null, 'a token']) {
      assert.throws(() => Reflect.apply(forGoogleClient, undefined, [other]), {
        code: 'INVALID_OPTION',
        message: /authClient.*AwsAuthClient/,
      });
    }
  });
});
