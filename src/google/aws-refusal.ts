/** What to do about a refusal of AWS, by its code, whether Google STS relays it or AWS STS says it itself. */
export function adviceForAwsRefusal(code: string): string {
  switch (code) {
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
      return 'AWS does not know this access key or session token: the key was deleted or deactivated, or the session token is missing or belongs to another key. Check which credentials this process uses with: aws sts get-caller-identity';
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return 'The AWS session has ended: renew it (for SSO: aws sso login), or let the process read its credentials from a source that renews them instead of copied keys.';
    case 'SignatureDoesNotMatch':
      return "Either the secret access key does not belong to the access key id (look for a stray space, quote or newline in it), or this machine's clock is off by more than five minutes.";
    case 'RequestExpired':
      return "This machine's clock is off by more than five minutes: synchronise it (chrony, NTP).";
    case 'RegionDisabledException':
      return 'AWS STS is not active in the signing region for this account: set "awsRegion" (or AWS_REGION) to a region that is, e.g. us-east-1.';
    default:
      return 'AWS refused the signed GetCallerIdentity request. Check which credentials this process uses with: aws sts get-caller-identity';
  }
}
