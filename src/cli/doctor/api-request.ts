import {loadLibrary} from '../load-library.js';
import {clientOf, type Finding, type Visit} from './step.js';

const TIMEOUT_MILLIS = 10_000;

/** What an API said. */
export interface ApiAnswer {
  /** The HTTP status. */
  readonly status: number;
  readonly said: ApiError;
  /** Who answered, and what, in a line. */
  readonly facts: string;
}

/** What a refusal says. */
export interface ApiError {
  /** Empty where there is none that can be read. */
  readonly message: string;
  /** The API that is disabled, where that is what is wrong, and in which project where it says so. */
  readonly disabled: {readonly service: string; readonly project: string | undefined} | undefined;
}

/** Why there was no answer. */
export interface NoAnswer {
  readonly problem: string;
}

/**
 * Calls an API with the token, once.
 *
 * @param body sent as JSON by POST; without it the call is a GET.
 * @throws AwsAuthError where no token can be had.
 */
export async function askApi(
  url: URL,
  visit: Visit,
  body?: Readonly<Record<string, unknown>>,
): Promise<ApiAnswer | NoAnswer> {
  const client = clientOf(visit);
  try {
    const {status, data} = await client.request<unknown>({
      url: url.href,
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : {data: body}),
      timeout: TIMEOUT_MILLIS,
      retry: false,
      redirect: 'manual',
      validateStatus: () => true,
      responseType: 'text',
    });
    // An API, or a proxy on the way, may say back what it was sent; where the first token was refused, the second.
    const {token} = await client.getAccessToken();
    const said = readError(data, token);
    const quoted = said.message === '' ? '' : `, "${said.message}"`;
    return {status, said, facts: `${url.host} answered HTTP ${status}${quoted}`};
  } catch (error) {
    const {isAwsAuthError} = await loadLibrary();
    if (isAwsAuthError(error)) throw error;
    // Not its message: the libraries below put into that what they like.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return {problem: typeof code === 'string' ? code : 'no answer'};
  }
}

/** The finding where an API did not answer. */
export function unreachable(url: URL, {problem}: NoAnswer): Finding {
  return {
    status: 'failed',
    facts: `${url.host} could not be reached: ${problem}`,
    meaning: 'The token is good; check DNS, proxy, TLS and routes from here to that host.',
  };
}

// https://google.aip.dev/193
function readError(data: unknown, token: string): ApiError {
  const text = typeof data === 'string' ? data : JSON.stringify(data ?? '');
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? '';
  const service = text.includes('SERVICE_DISABLED')
    ? /"service"\s*:\s*"([a-z0-9.-]+)"/.exec(text)?.[1]
    : undefined;
  const project = /"consumer"\s*:\s*"projects\/([a-z0-9][a-z0-9.:-]*)"/.exec(text)?.[1];
  // A server's text must not drive a terminal.
  return {
    message: message
      .replaceAll(token, '[masked]')
      .replace(/\\.|[\p{Cc}\s]+/gu, ' ')
      .slice(0, 500),
    disabled: service === undefined ? undefined : {service, project},
  };
}
