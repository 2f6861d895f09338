import type {AwsAuthError} from '../../index.js';
import {doubleQuote} from '../shell-quote.js';
import {withoutCommand} from './advice-command.js';
import {credentialFileCommand} from './credential-file-command.js';
import type {Explanation, Visit} from './step.js';

/** What a refusal of AWS STS means, asked itself or by way of Google. */
export function explainAwsRefusal({reason, fix}: AwsAuthError, visit: Visit): Explanation {
  const {identity, clockOffsetMillis = 0} = visit;
  const source =
    identity === undefined ? '' : ` The credentials come from ${identity.description}.`;
  const profile = /^the profile "([^"\\]*)" \((SSO|console login)\)$/.exec(
    identity?.description ?? '',
  );
  const meaning = `${withoutCommand(fix)}${source}`;
  const setClock = {why: 'Set the clock', command: 'sudo chronyc makestep'};
  const lookAtThem = {
    why: 'Let AWS say whose credentials these are',
    command: 'aws sts get-caller-identity',
  };
  switch (reason) {
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      if (profile?.[1] !== undefined) {
        const login = profile[2] === 'SSO' ? 'aws sso login' : 'aws login';
        return {
          meaning,
          remedies: [{why: 'Renew it', command: `${login} --profile ${doubleQuote(profile[1])}`}],
        };
      }
      return identity?.source === 'environment'
        ? {
            meaning,
            remedies: [
              {
                why: 'Let the role of this workload step in for the copied keys',
                command: 'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN',
              },
            ],
          }
        : {meaning, remedies: [lookAtThem]};
    case 'RequestExpired':
      return {meaning, remedies: [setClock]};
    case 'SignatureDoesNotMatch':
      return {meaning, remedies: [Math.abs(clockOffsetMillis) > 60_000 ? setClock : lookAtThem]};
    case 'RegionDisabledException':
      // It wins over the variable.
      if (identity?.regionSource === 'credential file') {
        return {
          meaning: `${meaning} It is the region that the credential file names.`,
          remedies: [
            {
              why: 'Make the credential file anew, which leaves the region to the process',
              command: credentialFileCommand(visit, {}),
            },
          ],
        };
      }
      return {
        meaning,
        remedies: [
          {
            why: 'Sign for a region that is on',
            // The library's advice names one of this partition.
            command: `export AWS_REGION=${/e\.g\. ([a-z0-9-]+)/.exec(fix)?.[1] ?? 'us-east-1'}`,
          },
        ],
      };
    default:
      return {meaning, remedies: [lookAtThem]};
  }
}
