import {shellQuote} from '../shell-quote.js';

// What the AWS SDKs take rather than the container's credentials.
const TAKEN_FIRST = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
];

const PROXIES = [
  'HTTP_PROXY',
  'http_proxy',
  'HTTPS_PROXY',
  'https_proxy',
  'ALL_PROXY',
  'all_proxy',
];

/**
 * Writes variables as lines for a shell to eval: `export NAME=value`. What is set and stands in their
 * way is taken out: other AWS credentials, which the emulator does not know, and a proxy.
 *
 * @param isSet whether the shell has a variable.
 * @param noProxy the hosts that it reaches without its proxy.
 */
export function shellEnvironment(
  variables: Readonly<Record<string, string>>,
  isSet: (name: string) => boolean,
  noProxy = '',
): string {
  const inTheWay = TAKEN_FIRST.filter(isSet);
  const hosts = [...new Set([...noProxy.split(',').filter(Boolean), '127.0.0.1'])].join(',');
  const all = {
    ...variables,
    ...(PROXIES.some(isSet) ? {NO_PROXY: hosts, no_proxy: hosts} : {}),
  };
  return [
    ...(inTheWay.length === 0 ? [] : [`unset ${inTheWay.join(' ')}`]),
    ...Object.entries(all).map(([name, value]) => `export ${name}=${shellQuote(value)}`),
    '',
  ].join('\n');
}
