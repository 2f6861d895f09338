import type {AwsAuthClient, CallerIdentity, IdentityDescription} from '../index.js';

/** Where the AWS credentials came from, which they are and until when, in a line. */
export function credentialsInWords(
  {description, accessKeyIdSuffix, expiration}: IdentityDescription,
  now: number,
): string {
  const until = expiration === undefined ? '' : `, ${expiryInWords(expiration, now)}`;
  return `${description}, key …${accessKeyIdSuffix}${until}`;
}

/** When they end, and how long that is from now. */
function expiryInWords(expiration: Date, now: number): string {
  const millis = expiration.getTime() - now;
  const time = expiration.toISOString().replace(/\.\d+/, '');
  return millis <= 0
    ? `ended ${durationInWords(-millis)} ago (${time})`
    : `until ${time}, for ${durationInWords(millis)}`;
}

/** How long the token that a client keeps is good for, as the end of a sentence; or nothing. */
export function lifeOf({credentials}: AwsAuthClient): string {
  const {expiry_date: expiry} = credentials;
  return typeof expiry === 'number' ? `, good for ${durationInWords(expiry - Date.now())}` : '';
}

/** `5 h 59 min`, `2 h`, `12 min`, `40 s`. */
export function durationInWords(millis: number): string {
  const seconds = Math.round(millis / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [...(hours === 0 ? [] : [`${hours} h`]), ...(rest === 0 ? [] : [`${rest} min`])].join(' ');
}

/** The region and where it was found. */
export function regionInWords({
  region,
  regionSource,
}: Pick<CallerIdentity, 'region' | 'regionSource'>): string {
  return regionSource === 'default'
    ? `${region} (nothing names one: every account has that)`
    : `${region} (${regionSource})`;
}
