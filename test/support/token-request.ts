import {gaxios} from 'google-auth-library';
import type {TokenEndpointRequest} from '../../src/google/transport.js';

/** A request to a token endpoint, with a secret in its body and in a header. */
export function tokenRequest(url: string): TokenEndpointRequest {
  return {
    step: 'token-exchange',
    server: 'Google STS',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'x-secret': SENT_SECRETS.header,
    },
    body: `subject_token=${SENT_SECRETS.body}`,
    secrets: [SENT_SECRETS.body, SENT_SECRETS.header],
  };
}

/** What {@link tokenRequest} holds. */
export const SENT_SECRETS = Object.freeze({
  body: 'the-secret-of-the-body',
  header: 'the-secret-of-the-header',
});

/** A Gaxios that goes straight to loopback, whatever proxy the machine has. */
export function directGaxios(defaults: gaxios.GaxiosOptions = {}): gaxios.Gaxios {
  return new gaxios.Gaxios({noProxy: ['127.0.0.1'], ...defaults});
}
