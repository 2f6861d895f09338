import type {gaxios} from 'google-auth-library';
import {apiClientHeader, USER_AGENT} from './package-version.js';

/** A copy of a request that carries the token: the caller may use its options again, for another client. */
export function authorisedRequest(
  options: gaxios.GaxiosOptions,
  tokenHeaders: Headers,
): gaxios.GaxiosOptions {
  const headers = new Headers(options.headers);
  tokenHeaders.forEach((value, name) => {
    headers.set(name, value);
  });
  if (!headers.has('x-goog-api-client')) {
    headers.set('x-goog-api-client', apiClientHeader());
  }
  const agent = headers.get('user-agent');
  headers.set('user-agent', agent === null ? USER_AGENT : `${agent} ${USER_AGENT}`);
  return {...options, headers};
}
