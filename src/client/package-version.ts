import type {ResolvedOptions} from './options.js';

/**
 * This package's version, for the headers by which Google counts its clients.
 *
 * @internal
 */
export const PACKAGE_VERSION = '0.1.0';

/** What requests to Google's APIs carry in `User-Agent`. */
export const USER_AGENT = `google-auth-aws/${PACKAGE_VERSION}`;

/**
 * The value of `x-goog-api-client`; with options, that of a token request, in the words in which
 * Google's own libraries tell what kind of external account it is.
 *
 * @see https://google.aip.dev/auth/4117
 */
export function apiClientHeader(options?: Pick<ResolvedOptions, 'serviceAccount'>): string {
  const runtime = `gl-node/${process.version.replace(/^v/, '')}`;
  if (options === undefined) return runtime;
  const {serviceAccount} = options;
  return [
    runtime,
    `auth/${PACKAGE_VERSION}`,
    'google-byoid-sdk',
    'source/programmatic',
    `sa-impersonation/${String(serviceAccount !== undefined)}`,
    `config-lifetime/${String(serviceAccount?.lifetimeGiven ?? false)}`,
  ].join(' ');
}
