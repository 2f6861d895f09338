import type {RequestRecord} from '../../emulator/index.js';

/** A request that the emulator served, in one line: what, with which outcome, by whom. */
export function describeRequest(record: RequestRecord): string {
  const {service, operation, method, path, status, millis, error, reason} = record;
  const {assumedRole, arn, serviceAccount, principal} = record;
  const what = operation === 'unknown' || service === 'unknown' ? `${method} ${path}` : operation;
  const who = assumedRole ?? serviceAccount ?? arn ?? principal;
  return [
    record.from === 'google-sts' ? 'google-sts asks aws-sts' : service,
    what,
    status ?? 'no answer',
    `${Math.round(millis)}ms`,
    ...(error === undefined ? [] : [error]),
    ...(who === undefined ? [] : [who]),
    ...(reason === undefined ? [] : [`(${reason})`]),
  ]
    .join(' ')
    .replace(/\p{Cc}/gu, '?');
}
