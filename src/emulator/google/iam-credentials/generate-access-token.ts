import type {AccessTokens} from '../access-tokens.js';
import {invalidArgument} from '../google-error.js';
import {isTextArray} from '../json-object.js';
import {isOauthScope} from '../oauth-scope.js';
import type {IamCredentialsMethod} from './iam-credentials-method.js';

/** What the method needs to know. */
export interface GenerateAccessTokenOptions {
  readonly tokens: AccessTokens;
  readonly clock: () => number;
  /** Overrules what clients ask for, or `undefined`. */
  readonly tokenLifetimeSeconds: number | undefined;
}

/** The lifetime where none is asked for, and the longest that every account may ask for. */
const USUAL_LIFETIME_SECONDS = 3600;
const MIN_LIFETIME_SECONDS = 600;
const MAX_LIFETIME_SECONDS = 43_200;

/**
 * generateAccessToken: an OAuth 2.0 access token of a service account.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export function generateAccessToken(options: GenerateAccessTokenOptions): IamCredentialsMethod {
  const {tokens, clock, tokenLifetimeSeconds} = options;
  return {
    name: 'generateAccessToken',
    rpc: 'GenerateAccessToken',
    permission: 'iam.serviceAccounts.getAccessToken',
    fields: ['scope', 'lifetime'],
    prepare: ({scope, lifetime}) => {
      if (!isTextArray(scope) || scope.length === 0) throw invalidArgument();
      // That Google has no other words for what is no scope is a guess.
      if (!scope.every(isOauthScope)) throw invalidArgument();
      const asked = lifetime === undefined ? USUAL_LIFETIME_SECONDS : readLifetime(lifetime);
      return async ({email, allowLifetimeExtension}) => {
        if (asked > USUAL_LIFETIME_SECONDS && allowLifetimeExtension !== true) {
          throw invalidArgument(
            `The access token lifetime cannot exceed ${USUAL_LIFETIME_SECONDS} seconds.`,
          );
        }
        const lifetimeSeconds = tokenLifetimeSeconds ?? asked;
        // The answer tells whole seconds.
        const expiresAt = Math.floor(clock() / 1000 + lifetimeSeconds) * 1000;
        const reply = {
          accessToken: tokens.issue({kind: 'serviceAccount', email}, scope, expiresAt),
          expireTime: new Date(expiresAt).toISOString().replace('.000Z', 'Z'),
        };
        return {reply, lifetimeSeconds};
      };
    },
  };
}

// protobuf's JSON form of a Duration: seconds with up to nine decimals, and an "s".
function readLifetime(lifetime: unknown): number {
  if (typeof lifetime !== 'string' || !/^-?\d+(?:\.\d{1,9})?s$/.test(lifetime)) {
    throw invalidArgument(
      "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), Field 'lifetime', Illegal duration format; duration must end with 's'",
    );
  }
  const seconds = Number(lifetime.slice(0, -1));
  if (seconds < MIN_LIFETIME_SECONDS || seconds > MAX_LIFETIME_SECONDS) throw invalidArgument();
  return seconds;
}
