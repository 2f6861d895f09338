/**
 * Secrets as the clouds make them, with every character that some encoding changes. None was ever
 * valid.
 */
export const SAMPLE_SECRETS = Object.freeze({
  accessKeyId: 'ASIAQ3EGEXAMPLE7WXYZ',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: `IQoJb3JpZ2luX2VjEHEaCXVzLWVhc3QtMSJH/${'MEUCIQ+a7/Zk='.repeat(12)}`,
  signature: 'c0ffee'.repeat(10) + 'beef',
  federatedToken: `ya29.d.c0AZ4bNpb-${'Rk9_x.'.repeat(40)}~/+==`,
  serviceAccountToken: `ya29.c.b0Aaekm1K-${'u8_-'.repeat(40)}`,
  userToken: `ya29.a0AfB_by${'Zr-4'.repeat(40)}`,
  idToken: jsonWebToken({aud: 'https://hello-abc-uc.a.run.app', exp: 1_800_003_600}),
  assertion: jsonWebToken({iss: 'demo@my-project.iam.gserviceaccount.com', exp: 1_800_003_600}),
});

/** A subject token that holds the secrets which it holds on the wire. */
export const SAMPLE_SUBJECT_TOKEN = encodeURIComponent(
  JSON.stringify({
    url: 'https://sts.us-east-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    method: 'POST',
    headers: [
      {key: 'x-amz-security-token', value: SAMPLE_SECRETS.sessionToken},
      {
        key: 'authorization',
        value: `AWS4-HMAC-SHA256 Credential=${SAMPLE_SECRETS.accessKeyId}/20270115/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=${SAMPLE_SECRETS.signature}`,
      },
    ],
  }),
);

/** A token in its compact form, whose signature is none. */
export function jsonWebToken(claims: unknown): string {
  const header = {alg: 'RS256', kid: 'c0ffee', typ: 'JWT'};
  const parts = [header, claims].map(part => JSON.stringify(part));
  return [...parts, 'not a signature']
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.');
}
