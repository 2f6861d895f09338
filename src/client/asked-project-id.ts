import type {gaxios} from 'google-auth-library';
import {AwsAuthError} from '../errors.js';
import type {RetryPolicy} from '../google/retry.js';
import {sendAuthorised} from './authorised-request.js';

/** What the question needs. */
export interface ProjectQuestion {
  readonly transporter: gaxios.Gaxios;
  /** `https://cloudresourcemanager.…/v1/projects/NUMBER`. */
  readonly url: string;
  readonly tokenHeaders: Headers;
  /** google-auth-library's own, by which it asks again. */
  readonly retryConfig: gaxios.GaxiosOptions;
  readonly policy: RetryPolicy;
}

/**
 * Asks Cloud Resource Manager for a project's id by its number, as google-auth-library does, and within a time.
 *
 * @throws AwsAuthError `TIMEOUT`; whatever the transporter throws of a refusal or a broken connection.
 * @see https://cloud.google.com/resource-manager/reference/rest/v1/projects/get
 */
export async function askProjectId({
  transporter,
  url,
  tokenHeaders,
  retryConfig,
  policy: {attemptTimeoutMillis, totalTimeoutMillis},
}: ProjectQuestion): Promise<string | null> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // A race, since a transporter of the user's may know no signal.
  const timeLimit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(timedOut(url, totalTimeoutMillis));
      controller.abort();
    }, totalTimeoutMillis);
    timer.unref();
  });
  const request = {
    ...retryConfig,
    url,
    responseType: 'json',
    timeout: attemptTimeoutMillis,
    signal: controller.signal,
  } as const;
  try {
    const {data} = await Promise.race([
      sendAuthorised<{projectId?: string} | undefined>(transporter, request, tokenHeaders),
      timeLimit,
    ]);
    return data?.projectId ?? null;
  } catch (error) {
    throw isTimeout(error) ? timedOut(url, attemptTimeoutMillis) : error;
  } finally {
    clearTimeout(timer);
  }
}

// Of the last attempt, by Gaxios: an older one says that it was aborted, which nobody else does here.
function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isNamed = (name: string) =>
    error.name === name || (error.cause instanceof Error && error.cause.name === name);
  return (
    ('code' in error && error.code === 'TimeoutError') ||
    isNamed('TimeoutError') ||
    isNamed('AbortError')
  );
}

function timedOut(url: string, millis: number): AwsAuthError {
  return new AwsAuthError({
    code: 'TIMEOUT',
    step: 'project-id',
    what: `Cloud Resource Manager (${new URL(url).host}) did not answer completely within ${String(millis)} ms.`,
    fix: 'Check that this host reaches it, or name the project with the option "projectId" or in GOOGLE_CLOUD_PROJECT: then nobody is asked.',
    transient: true,
  });
}
