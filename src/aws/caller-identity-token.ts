import {AwsAuthError} from '../errors.js';
import {withoutSecrets} from '../masking.js';
import type {AwsCredentials} from './credentials.js';
import {signRequest} from './sigv4.js';

/** The template of the endpoint in a credential file: `{region}` stands for the signing region. */
export const REGIONAL_CALLER_IDENTITY_URL =
  'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15';

/** What the subject token is made of. */
export interface CallerIdentity {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** `https://sts.{region}.amazonaws.com?Action=…`, or the global or a fixed region's endpoint. */
  readonly endpoint: string;
  /** The provider that the token is meant for: `//iam.googleapis.com/projects/…`. */
  readonly audience: string;
  readonly date: Date;
}

/** A subject token, and what of it must not show. */
export interface SubjectToken {
  readonly value: string;
  readonly secrets: readonly string[];
}

/**
 * Makes the subject token: an STS `GetCallerIdentity` request, signed and not sent, as URL-encoded
 * JSON. The provider's name is inside the signature, so that nobody who gets hold of the token can
 * use it at another provider.
 *
 * @throws AwsAuthError `SIGNING_FAILED`.
 * @see https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token (subjectToken)
 */
export async function callerIdentityToken({
  credentials,
  region,
  endpoint,
  audience,
  date,
}: CallerIdentity): Promise<SubjectToken> {
  const url = endpoint.replace('{region}', region);
  const secrets = [
    credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? [] : [credentials.sessionToken]),
    credentials.accessKeyId,
  ];
  let headers: Record<string, string>;
  try {
    headers = signRequest(
      // No other header: Google replays the request with these alone.
      {method: 'POST', url: new URL(url), headers: {'x-goog-cloud-target-resource': audience}},
      {credentials, region, service: 'sts', date},
    );
  } catch (error) {
    throw new AwsAuthError({
      code: 'SIGNING_FAILED',
      step: 'sign',
      what: `The GetCallerIdentity request for ${region} could not be signed.`,
      fix: 'Please report this, with the error’s cause: valid credentials and a valid region always sign.',
      cause: withoutSecrets(error, secrets),
    });
  }
  const value = encodeURIComponent(
    JSON.stringify({
      url,
      method: 'POST',
      headers: Object.entries(headers).map(([key, text]) => ({key, value: text})),
    }),
  );
  return {value, secrets: [value, ...secrets, ...signatureOf(headers)]};
}

function signatureOf(headers: Readonly<Record<string, string>>): string[] {
  const signature = /Signature=([0-9a-f]+)/.exec(headers['authorization'] ?? '')?.[1];
  return signature === undefined ? [] : [signature];
}
