import assert from 'node:assert/strict';
import {setImmediate as turn} from 'node:timers/promises';
import {AwsAuthClient} from '../../src/index.js';
import {announceTokens} from '../../src/client/token-events.js';
import {AccessToken} from '../../src/token/access-token.js';
import {assertHidden} from '../support/secrets.js';

const client = () =>
  new AwsAuthClient({
    audience:
      '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
    awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-asked-for'},
  });

describe('the event of a new token', () => {
  /** Announces tokens on a client; the result is what a cache does with a new one. */
  const announcing = (on: AwsAuthClient): ((token: AccessToken) => void) => {
    let tell: (token: AccessToken) => void = () => assert.fail('nobody listens');
    announceTokens({onToken: listener => ((tell = listener), () => undefined)}, on);
    return tell;
  };

  it('has the fields of google-auth-library’s own credentials, and no other', () => {
    const own = client();
    const seen: unknown[] = [];
    own.on('tokens', tokens => seen.push(tokens));
    announcing(own)(new AccessToken('a-token', 1000, 4_600_000));
    assert.deepEqual(seen, [
      {
        refresh_token: null,
        expiry_date: 4_600_000,
        access_token: 'a-token',
        token_type: 'Bearer',
        id_token: null,
      },
    ]);
  });

  it('takes a listener that throws for a fault of the application: one warning, with a code and no token', async () => {
    const own = client();
    // Of no shape that is known for a token's.
    const token = 'a-token-like-no-other';
    own.on('tokens', ({access_token: value}) => {
      throw new Error(`cannot store ${String(value)}`);
    });
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    try {
      announcing(own)(new AccessToken(token, 0, 3_600_000));
      await turn();
    } finally {
      process.off('warning', note);
    }
    const [warning, ...more] = warnings;
    assert.ok(warning);
    assert.deepEqual(more, []);
    assert.equal(Reflect.get(warning, 'code'), 'GOOGLE_AUTH_AWS_LISTENER');
    assert.match(
      warning.message,
      /^A listener of AwsAuthClient's "tokens" event threw: cannot store \[masked\]$/,
    );
    assertHidden(`${warning.message} ${warning.stack ?? ''}`, {token});
  });
});
