import type {AuthClient} from 'google-auth-library';
import {withoutSecrets} from '../masking.js';
import type {AccessToken} from '../token/access-token.js';
import type {TokenCache} from '../token/token-cache.js';

const forgetting = new FinalizationRegistry<() => void>(forget => {
  forget();
});

/**
 * Emits google-auth-library's event `tokens` on a client for every new token of a cache, which may outlive
 * the client: it does not keep it in memory, and keeps nothing of a client that is gone.
 *
 * @returns what ends it.
 */
export function announceTokens(
  tokens: Pick<TokenCache<AccessToken>, 'onToken'>,
  client: AuthClient,
): () => void {
  const listening = new WeakRef(client);
  const forget = tokens.onToken(token => {
    const heard = listening.deref();
    if (heard !== undefined) announce(token, heard);
  });
  forgetting.register(client, forget);
  return forget;
}

function announce(token: AccessToken, client: AuthClient): void {
  try {
    client.emit('tokens', {
      refresh_token: null,
      expiry_date: token.expiresAt,
      access_token: token.value,
      token_type: 'Bearer',
      id_token: null,
    });
  } catch (error) {
    // A fault in somebody's listener is no reason to throw a good token away.
    process.emitWarning(
      `A listener of AwsAuthClient's "tokens" event threw: ${withoutSecrets(error, [token.value]).message}`,
      {code: 'GOOGLE_AUTH_AWS_LISTENER'},
    );
  }
}
