import {signToken} from '../../json-web-token.js';
import {invalidArgument} from '../google-error.js';
import {googleSigningKey} from '../service-account-keys.js';
import type {IamCredentialsMethod} from './iam-credentials-method.js';

const LIFETIME_SECONDS = 3600;

/**
 * generateIdToken: an OpenID Connect ID token that names a service account, signed by Google.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken
 */
export function generateIdToken(clock: () => number): IamCredentialsMethod {
  return {
    name: 'generateIdToken',
    rpc: 'GenerateIdToken',
    permission: 'iam.serviceAccounts.getOpenIdToken',
    fields: ['audience', 'includeEmail'],
    prepare: ({audience, includeEmail = false}) => {
      if (typeof audience !== 'string' || audience === '') throw invalidArgument();
      if (typeof includeEmail !== 'boolean') {
        throw invalidArgument(
          `Invalid value at 'include_email' (TYPE_BOOL), ${JSON.stringify(includeEmail)}`,
        );
      }
      return async ({email, uniqueId}) => {
        const issuedAt = Math.floor(clock() / 1000);
        const claims = {
          aud: audience,
          azp: uniqueId,
          ...(includeEmail ? {email, email_verified: true} : {}),
          exp: issuedAt + LIFETIME_SECONDS,
          iat: issuedAt,
          iss: 'https://accounts.google.com',
          sub: uniqueId,
        };
        const {keyId, privateKey} = await googleSigningKey();
        return {
          reply: {token: signToken(claims, keyId, privateKey)},
          lifetimeSeconds: LIFETIME_SECONDS,
        };
      };
    },
  };
}
