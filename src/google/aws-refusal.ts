/**
 * What to do about a refusal of AWS, by its code, whether Google STS relays it or AWS STS says it itself.
 *
 * @param region the region for which the request was signed, whose AWS STS refused it.
 */
export function adviceForAwsRefusal(code: string, region: string): string {
  switch (code) {
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
      return `AWS does not know this access key or session token: the key was deleted or deactivated, the session token is missing or belongs to another key, or ${region} is not a region of this account (not enabled, or of another partition). Check which credentials this process uses with: aws sts get-caller-identity`;
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return 'The AWS session has ended: renew it (by "aws sso login", for SSO), or let the process read its credentials from a source that renews them instead of copied keys.';
    case 'SignatureDoesNotMatch':
      return "Either the secret access key does not belong to the access key id (look for a stray space, quote or newline in it), or this machine's clock is off by more than five minutes.";
    case 'RequestExpired':
      return "This machine's clock is off by more than five minutes: synchronise it (chrony, NTP).";
    case 'RegionDisabledException':
      return `AWS STS is not active in ${region} for this account: set "awsRegion" (or AWS_REGION) to a region in which it is, e.g. ${region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1'}.`;
    default:
      return `AWS STS in ${region} refused the signed GetCallerIdentity request. Check which credentials this process uses with: aws sts get-caller-identity`;
  }
}

/**
 * The kind of failure that a code of AWS's tells, where it is none of the caller's and passes; or `undefined`. AWS STS
 * throttles with a status of 400, as it refuses.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export function passingFailure(code: string): 'RATE_LIMITED' | 'SERVER_ERROR' | undefined {
  if (/^Throttl|^RequestLimitExceeded$/.test(code)) return 'RATE_LIMITED';
  return /^(?:Internal(?:Failure|Error)|ServiceUnavailable)(?:Exception)?$/.test(code)
    ? 'SERVER_ERROR'
    : undefined;
}

// "Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)"
const AWS_TIME = /\((\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z [-+] \d+ min/;

/**
 * The time of AWS's clock (epoch ms), which the refusal of an early or late signature tells. It is the clock that
 * judges, while a proxy may have written a `Date` header of its own, or none.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
export function awsTimeIn(refusal: string): number | undefined {
  const [, year, month, day, hours, minutes, seconds] = AWS_TIME.exec(refusal) ?? [];
  if (seconds === undefined) return undefined;
  const millis = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(millis) ? undefined : millis;
}
