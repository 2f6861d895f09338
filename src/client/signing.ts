import type {gaxios} from 'google-auth-library';
import {AwsAuthError} from '../errors.js';
import type {ResolvedOptions} from './options.js';

/**
 * Whether this call comes from google-auth-library's `GoogleAuth.getCredentials()`, which is how it looks
 * for an account to sign with. Where there is none, `GoogleAuth` goes on to probe for Google's instance
 * metadata, for seconds, and then tells the user to set up credentials, which are there. It asks its client
 * nothing else on that way, so that only the stack tells it from other callers, who want `null`. What is
 * not recognised gets `null`, too.
 */
export function isAskedToSign(): boolean {
  return /\bgetCredentialsAsync\b/.test(new Error().stack ?? '');
}

/** A signature was asked of a client that acts as the federated principal itself. */
export function signatureNeedsServiceAccount(): AwsAuthError {
  return new AwsAuthError({
    code: 'SERVICE_ACCOUNT_REQUIRED',
    step: 'config',
    what: 'A signed URL or form is signed by a service account, and this client acts as the federated principal itself.',
    fix: 'Set "serviceAccountEmail", or use client.withServiceAccount(EMAIL), and let that account sign as itself: gcloud iam service-accounts add-iam-policy-binding EMAIL --member=serviceAccount:EMAIL --role=roles/iam.serviceAccountTokenCreator',
  });
}

/**
 * Adds to IAM Credentials' refusal to sign as the client's own account what mends it. The error stays what
 * it is, since google-auth-library and Google's clients know it by its class: its message grows, which
 * is all that `@google-cloud/storage` hands on.
 */
export function explainSignBlobRefusal(
  error: unknown,
  {url}: gaxios.GaxiosOptions,
  {serviceAccount, subject}: Pick<ResolvedOptions, 'serviceAccount' | 'subject'>,
): void {
  if (serviceAccount === undefined || !(error instanceof Error)) return;
  const {email} = serviceAccount;
  if (!isSignBlobOf(email, url)) return;
  const advice = adviceFor(error.message, email, subject?.email);
  if (advice === undefined) return;
  const {message, stack} = error;
  error.message = `${message.replace(/\.?$/, '.')} ${advice}`;
  // It begins with the message that the error was made with.
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
}

function adviceFor(message: string, email: string, user: string | undefined): string | undefined {
  const isPermission = message.includes('iam.serviceAccounts.signBlob');
  const isScope = /insufficient authentication scopes/i.test(message);
  if (!isPermission && !isScope) return undefined;
  if (user !== undefined) {
    return `This client acts for ${user}, whose token does not sign: sign with a client that has no "subject".`;
  }
  return isPermission
    ? `Signatures are asked for with the account's own token, so it must be let sign as itself (this takes a few minutes to be seen): gcloud iam service-accounts add-iam-policy-binding ${email} --member=serviceAccount:${email} --role=roles/iam.serviceAccountTokenCreator`
    : 'To sign takes the scope https://www.googleapis.com/auth/cloud-platform or https://www.googleapis.com/auth/iam: add one of them to "scopes".';
}

function isSignBlobOf(email: string, url: string | URL | undefined): boolean {
  const {pathname} = URL.canParse(String(url)) ? new URL(String(url)) : {pathname: ''};
  const name = /\/serviceAccounts\/([^/]+):signBlob$/.exec(pathname)?.[1];
  return name === email || name === encodeURIComponent(email);
}
