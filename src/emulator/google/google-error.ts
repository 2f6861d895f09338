import {Refused} from '../refused.js';
import type {GoogleService} from '../policy.js';

/** Why a call is refused, for `ErrorInfo`. */
export interface GoogleErrorReason {
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What an error of a Google API is made of. */
export interface GoogleErrorDetails {
  readonly code: number;
  /** The canonical code, e.g. `PERMISSION_DENIED`. */
  readonly status: string;
  readonly message: string;
  readonly reason?: GoogleErrorReason;
  readonly links?: readonly {readonly description: string; readonly url: string}[];
  /** The `WWW-Authenticate` header. */
  readonly authenticate?: string;
}

/**
 * An error in Google's envelope.
 *
 * @see https://google.aip.dev/193
 */
export function googleError(error: GoogleErrorDetails): Refused {
  const {code, status, message, reason, links, authenticate} = error;
  const details = [
    ...(links === undefined ? [] : [{'@type': 'type.googleapis.com/google.rpc.Help', links}]),
    ...(reason === undefined
      ? []
      : [{'@type': 'type.googleapis.com/google.rpc.ErrorInfo', ...reason}]),
  ];
  const body = {error: {code, message, status, ...(details.length === 0 ? {} : {details})}};
  return new Refused(reason?.reason ?? status, {
    status: code,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      ...(authenticate === undefined ? {} : {'www-authenticate': authenticate}),
    },
    body: `${JSON.stringify(body, null, 2)}\n`,
  });
}

/** 400, in the words that Google has for most of them. */
export function invalidArgument(message = 'Request contains an invalid argument.'): Refused {
  return googleError({code: 400, status: 'INVALID_ARGUMENT', message});
}

/** 401: the token is missing, unknown or expired. */
export function unauthenticated(
  reason: 'CREDENTIALS_MISSING' | 'ACCESS_TOKEN_EXPIRED' | 'ACCESS_TOKEN_TYPE_UNSUPPORTED',
  api: {readonly service: GoogleService; readonly method: string},
): Refused {
  const isMissing = reason === 'CREDENTIALS_MISSING';
  const what = isMissing
    ? 'Request is missing required authentication credential.'
    : 'Request had invalid authentication credentials.';
  return googleError({
    code: 401,
    status: 'UNAUTHENTICATED',
    message: `${what} Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.`,
    reason: {reason, domain: 'googleapis.com', metadata: {...api}},
    authenticate: `Bearer realm="https://accounts.google.com/"${isMissing ? '' : ', error="invalid_token"'}`,
  });
}

/** 403: the API is not enabled in the project. */
export function serviceDisabled(service: GoogleService, projectNumber: string): Refused {
  const title = {
    'sts.googleapis.com': 'Security Token Service API',
    'iamcredentials.googleapis.com': 'IAM Service Account Credentials API',
  }[service];
  const url = `https://console.developers.google.com/apis/api/${service}/overview?project=${projectNumber}`;
  return googleError({
    code: 403,
    status: 'PERMISSION_DENIED',
    message: `${title} has not been used in project ${projectNumber} before or it is disabled. Enable it by visiting ${url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
    links: [{description: 'Google developers console API activation', url}],
    reason: {
      reason: 'SERVICE_DISABLED',
      domain: 'googleapis.com',
      metadata: {
        activationUrl: url,
        consumer: `projects/${projectNumber}`,
        containerInfo: projectNumber,
        service,
        serviceTitle: title,
      },
    },
  });
}
