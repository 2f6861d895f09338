import aws4 from 'aws4';
import type {Emulator} from '../../../src/emulator/index.js';
import {send, type Answer} from './http.js';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SigningOptions {
  readonly region?: string;
  readonly host?: string;
  readonly service?: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  /** `YYYYMMDDTHHMMSSZ`. Default now. */
  readonly date?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as signed by `aws4`, an implementation that has nothing to do with ours. */
export interface SignedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

export const GET_CALLER_IDENTITY = '/?Action=GetCallerIdentity&Version=2011-06-15';

export function sign(keys: Keys, options: SigningOptions = {}): SignedRequest {
  const {
    region = 'us-east-1',
    service = 'sts',
    method = 'POST',
    path = GET_CALLER_IDENTITY,
  } = options;
  const {host = `sts.${region}.amazonaws.com`, body, date, headers = {}} = options;
  const signed = aws4.sign(
    {
      service,
      region,
      method,
      host,
      path,
      ...(body === undefined ? {} : {body}),
      headers: {...headers, ...(date === undefined ? {} : {'X-Amz-Date': date})},
    },
    keys,
  );
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(signed.headers ?? {})) given[name] = String(value);
  return {method, path, headers: given, body};
}

/** `YYYYMMDDTHHMMSSZ` */
export function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** What Google takes for a subject token. */
export interface SubjectTokenRequest {
  url: string;
  method: string;
  headers: {key: string; value: string}[];
  body?: string;
}

/** A signed request as a subject token's content. */
export function asSubjectToken({method, path, headers}: SignedRequest): SubjectTokenRequest {
  return {
    url: `https://${headers['Host'] ?? ''}${path}`,
    method,
    headers: Object.entries(headers).map(([key, value]) => ({key, value})),
  };
}

/** The content of a subject token that is let in. */
export function subjectTokenRequest(
  emulator: Emulator,
  keys: Keys,
  options: SigningOptions = {},
): SubjectTokenRequest {
  const target = {'x-goog-cloud-target-resource': emulator.audience};
  return asSubjectToken(sign(keys, {...options, headers: {...target, ...options.headers}}));
}

export function encodeSubjectToken(request: unknown): string {
  return encodeURIComponent(JSON.stringify(request));
}

/** The parameters of a token exchange that succeeds. */
export function exchangeParameters(emulator: Emulator, keys?: Keys): Record<string, string> {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    audience: emulator.audience,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    subject_token: encodeSubjectToken(
      subjectTokenRequest(emulator, keys ?? emulator.issueAwsCredentials()),
    ),
  };
}

export function postForm(
  emulator: Emulator,
  parameters: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(emulator.url, {
    method: 'POST',
    path: '/v1/token',
    headers: {'content-type': 'application/x-www-form-urlencoded', ...headers},
    body: typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString(),
  });
}

/** A federated token. */
export async function federatedToken(
  emulator: Emulator,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await postForm(emulator, {...exchangeParameters(emulator), ...parameters});
  const body: unknown = JSON.parse(answer.text);
  if (typeof body === 'object' && body !== null && 'access_token' in body) {
    return String(body.access_token);
  }
  throw new Error(`No token: ${answer.text}`);
}
