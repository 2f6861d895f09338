import {invalidOption, show} from '../config/option-checks.js';
import {AwsAuthError} from '../errors.js';
import type {IdToken} from '../token/id-token.js';
import {RecentCaches} from '../token/recent-caches.js';
import type {TokenCache} from '../token/token-cache.js';
import {tokenCache} from './federation.js';
import {idTokenSource, type ServiceAccountContext} from './service-account-sources.js';

/** A client's ID tokens, each kept for its audience; of many audiences, those that were asked for last. */
export class IdTokens {
  readonly #context: ServiceAccountContext | undefined;
  readonly #tokens = new RecentCaches<IdToken>();

  /** @param context `undefined` where the client acts as the federated principal itself. */
  constructor(context: ServiceAccountContext | undefined) {
    this.#context = context;
  }

  /**
   * The tokens for one audience.
   *
   * @throws AwsAuthError `INVALID_OPTION`, `SERVICE_ACCOUNT_REQUIRED`.
   */
  for(targetAudience: unknown): TokenCache<IdToken> {
    if (typeof targetAudience !== 'string' || targetAudience === '') {
      throw invalidOption(
        'targetAudience',
        `is ${show(targetAudience)}, not an audience`,
        'Give the URL of the Cloud Run service or function, or the client ID of IAP.',
      );
    }
    const context = this.#context;
    if (context === undefined) throw serviceAccountRequired();
    if (context.options.subject !== undefined) {
      throw invalidOption(
        'subject',
        'is set, and an ID token cannot name a user of the Workspace',
        'Ask the client that this one was made of by withSubject(), or one without "subject": its ID token names the service account.',
      );
    }
    return this.#tokens.get(targetAudience, () =>
      tokenCache(idTokenSource(context, targetAudience), context.options),
    );
  }
}

function serviceAccountRequired(): AwsAuthError {
  return new AwsAuthError({
    code: 'SERVICE_ACCOUNT_REQUIRED',
    step: 'config',
    what: 'An ID token names a service account, and this client acts as the federated principal itself.',
    fix: 'Set "serviceAccountEmail", or use client.withServiceAccount(EMAIL), and let the AWS role act as that account (roles/iam.workloadIdentityUser).',
  });
}
