import {signToken} from '../../json-web-token.js';
import {invalidArgument} from '../google-error.js';
import {protoName} from '../proto-message.js';
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
    // The organisation's number is left out where there is none, as here.
    fields: ['audience', 'includeEmail', 'useEmailAzp', 'organizationNumberIncluded'],
    prepare: ({audience, ...switches}) => {
      if (typeof audience !== 'string' || audience === '') throw invalidArgument();
      const isOn = readSwitches(switches);
      return async ({email, uniqueId}) => {
        const issuedAt = Math.floor(clock() / 1000);
        const claims = {
          aud: audience,
          azp: isOn('useEmailAzp') ? email : uniqueId,
          ...(isOn('includeEmail') ? {email, email_verified: true} : {}),
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

function readSwitches(given: Readonly<Record<string, unknown>>): (name: string) => boolean {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'boolean') continue;
    throw invalidArgument(
      `Invalid value at '${protoName(name)}' (TYPE_BOOL), ${JSON.stringify(value)}`,
    );
  }
  return name => given[name] === true;
}
