import type {gaxios} from 'google-auth-library';

/**
 * Whether a request that failed may be sent once more with a new token: the API refused the token, and
 * the body can be sent again.
 */
export function mayTryAgain(
  error: unknown,
  options: gaxios.GaxiosOptions,
  {on403}: {readonly on403: boolean},
): boolean {
  const status = statusOf(error);
  return (status === 401 || (status === 403 && on403)) && !isOneTimeBody(options);
}

function statusOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('response' in error)) return undefined;
  const {response} = error;
  return typeof response === 'object' && response !== null && 'status' in response
    ? response.status
    : undefined;
}

// A stream of either kind, or a generator, has been read when the answer comes.
function isOneTimeBody(options: gaxios.GaxiosOptions): boolean {
  return [options.data, options.body, ...(options.multipart ?? []).map(part => part.content)].some(
    isStream,
  );
}

function isStream(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    ('pipe' in body || 'getReader' in body || Symbol.asyncIterator in body)
  );
}
