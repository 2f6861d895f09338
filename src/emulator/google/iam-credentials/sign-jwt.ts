import {signToken} from '../../json-web-token.js';
import {invalidArgument} from '../google-error.js';
import {parseObject} from '../json-object.js';
import type {ServiceAccountKeys} from '../service-account-keys.js';
import type {IamCredentialsMethod} from './iam-credentials-method.js';

const MAX_LIFETIME_SECONDS = 12 * 3600;

/** What the method needs to know. */
export interface SignJwtOptions {
  readonly keys: ServiceAccountKeys;
  readonly clock: () => number;
}

/**
 * signJwt: a JSON Web Token of any claims, signed with a service account's key.
 *
 * Nobody here has seen what Google says of wrong claims but that the argument is invalid.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt
 */
export function signJwt({keys, clock}: SignJwtOptions): IamCredentialsMethod {
  return {
    name: 'signJwt',
    rpc: 'SignJwt',
    permission: 'iam.serviceAccounts.signJwt',
    fields: ['payload'],
    prepare: ({payload}) => {
      if (typeof payload !== 'string') throw invalidArgument();
      const claims = parseObject(payload);
      if (claims === undefined) throw invalidArgument();
      const {exp} = claims;
      if (exp !== undefined && !isInReach(exp, clock() / 1000)) throw invalidArgument();
      return async account => {
        const {keyId, privateKey} = await keys.of(account);
        return {reply: {keyId, signedJwt: signToken(payload, keyId, privateKey)}};
      };
    },
  };
}

// "an integer timestamp that is not in the past and no more than 12 hours in the future"
function isInReach(exp: unknown, now: number): boolean {
  return (
    typeof exp === 'number' &&
    Number.isInteger(exp) &&
    exp >= Math.floor(now) &&
    exp <= Math.ceil(now) + MAX_LIFETIME_SECONDS
  );
}
