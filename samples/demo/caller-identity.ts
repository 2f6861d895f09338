import {gaxios} from 'google-auth-library';

/**
 * Asks AWS itself whose signature a subject token carries, as Google STS does.
 *
 * @returns the ARN.
 */
export async function callerIdentity(subjectToken: string): Promise<string> {
  const request: unknown = JSON.parse(decodeURIComponent(subjectToken));
  if (!isSignedRequest(request)) throw new Error('The subject token is not a signed request.');
  const response = await new gaxios.Gaxios().request<string>({
    url: request.url,
    method: 'POST',
    headers: Object.fromEntries(request.headers.map(({key, value}) => [key, value])),
    responseType: 'text',
    redirect: 'error',
    timeout: 10_000,
    validateStatus: () => true,
  });
  const arn = /<Arn>([^<]+)<\/Arn>/.exec(response.data)?.[1];
  if (arn === undefined) {
    throw new Error(`AWS STS answered HTTP ${String(response.status)} and no ARN.`);
  }
  return arn;
}

interface SignedRequest {
  readonly url: string;
  readonly headers: readonly {readonly key: string; readonly value: string}[];
}

function isSignedRequest(value: unknown): value is SignedRequest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'url' in value &&
    typeof value.url === 'string' &&
    'headers' in value &&
    Array.isArray(value.headers)
  );
}
