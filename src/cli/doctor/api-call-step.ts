import {attributesOf, principalNames, providerOf} from '../google-principals.js';
import {UsageError} from '../failure.js';
import {variable} from '../io.js';
import {doubleQuote} from '../shell-quote.js';
import {askApi, unreachable, type ApiError} from './api-request.js';
import {credentialFileCommand} from './credential-file-command.js';
import {
  clientOf,
  type DoctorFlags,
  type Finding,
  type Remedy,
  type Step,
  type Visit,
} from './step.js';

// https://cloud.google.com/storage/docs/buckets#naming
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/** What can be found wrong with `--url` and `--bucket` before anything is asked. */
export function checkApiFlags({url, bucket}: DoctorFlags): void {
  if (url !== undefined && bucket !== undefined) {
    throw new UsageError('--url and --bucket both name the call to make: give one of them.');
  }
  if (bucket !== undefined && !BUCKET.test(bucket)) {
    throw new UsageError(
      `--bucket ${JSON.stringify(bucket)} is no name of a bucket: give it without gs:// and without an object.`,
    );
  }
  if (url !== undefined && !URL.canParse(url)) {
    throw new UsageError(`--url ${JSON.stringify(url)} is not a URL.`);
  }
}

/** One call to an API of Google's with the token: the objects of `--bucket`, or `--url`. */
export const apiCallStep: Step = {
  id: 'api-call',
  title: 'API call',
  async run(visit): Promise<Finding | undefined> {
    const url = apiUrl(visit);
    if (url === undefined) return undefined;
    const answer = await askApi(url, visit);
    if ('problem' in answer) return unreachable(url, answer);
    const {status, said, facts} = answer;
    return status < 300
      ? {status: 'ok', facts}
      : {status: 'failed', facts, ...explain(status, said, visit)};
  },
};

/**
 * The URL that the flags name.
 *
 * @throws UsageError where a token has no business to go there.
 */
export function apiUrl(visit: Visit): URL | undefined {
  const {url, bucket} = visit.flags;
  const universe = clientOf(visit).toJSON().universe_domain;
  if (bucket !== undefined) {
    const host = variable(visit.io, 'STORAGE_EMULATOR_HOST') ?? `https://storage.${universe}`;
    const base = /^https?:\/\//.test(host) ? host : `http://${host}`;
    const call = new URL(`/storage/v1/b/${bucket}/o?maxResults=1&fields=kind`, base);
    // Another emulator's, in a container beside this one, wants no token.
    checkHost(call, universe, 'STORAGE_EMULATOR_HOST', 'unset it');
    return call;
  }
  if (url === undefined) return undefined;
  const parsed = new URL(url);
  checkHost(parsed, universe, '--url', `give an https URL below ${universe}`);
  return parsed;
}

/** @throws UsageError where a URL leads neither to Google nor to this machine. */
function checkHost(
  {protocol, host, hostname}: URL,
  universe: string,
  name: string,
  fix: string,
): void {
  if (/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)) return;
  if (protocol === 'https:' && hostname.endsWith(`.${universe}`)) return;
  throw new UsageError(
    `${name} leads to ${protocol}//${host}, and an access token is for Google alone: ${fix}.`,
  );
}

function explain(
  status: number,
  {disabled, message}: ApiError,
  visit: Visit,
): Pick<Finding, 'meaning' | 'remedies'> {
  const email = clientOf(visit).getServiceAccountEmail();
  if (disabled !== undefined) {
    const {service, project} = disabled;
    return {
      meaning: `The API ${service} is not enabled in the project that the call counts for.`,
      remedies: [
        {
          why: 'Enable it',
          command: `gcloud services enable ${service}${project === undefined ? '' : ` --project=${project}`}`,
        },
      ],
    };
  }
  if (message.includes('vpcServiceControlsUniqueIdentifier')) {
    return {
      meaning: `The token is good. VPC Service Controls keep ${email ?? 'this role'} out of a perimeter, whatever its roles: whoever administers that finds the refusal by its identifier, and lets it in by an ingress rule.`,
    };
  }
  if (status === 401) {
    return email === null
      ? {
          meaning:
            'Not every API takes a federated token. Act as a service account: it works with all of them.',
          remedies: [
            {
              why: 'Make the credential file with a service account',
              command: credentialFileCommand(visit, {'--service-account': 'EMAIL'}),
            },
          ],
        }
      : {meaning: `The API does not take the token of ${email}: the account may be disabled.`};
  }
  if (/insufficient authentication scopes/i.test(message)) {
    return {
      meaning:
        'The token is good, and its scope, cloud-platform, does not cover this API, as those of Google Workspace: give the client the scopes that the API documents, by the option "scopes".',
    };
  }
  if (status === 403) {
    const member = memberOf(visit, email);
    const quotaProject = clientOf(visit).quotaProjectId;
    // https://cloud.google.com/docs/quotas/set-quota-project
    if (quotaProject !== undefined && /serviceusage\.service/i.test(message)) {
      return {
        meaning: `The token is good, and ${email ?? 'this role'} may not use the quota project ${quotaProject}: let it, or name no quota project.`,
        remedies:
          member === undefined
            ? []
            : [
                {
                  why: 'Let it use the project',
                  command: `gcloud projects add-iam-policy-binding ${quotaProject} --role=roles/serviceusage.serviceUsageConsumer --member=${doubleQuote(member)}`,
                },
              ],
      };
    }
    return {
      meaning: `The token is good, and ${email ?? 'this role'} lacks the permission for this call.`,
      remedies: member === undefined ? [] : [grant(member, visit)],
    };
  }
  if (status === 404) {
    return {meaning: 'The token is good; what is asked for is not there. Check the name.'};
  }
  return {meaning: 'The token is good; this is the API’s own answer to the call.'};
}

function memberOf({caller, client}: Visit, email: string | null): string | undefined {
  if (email !== null) return `serviceAccount:${email}`;
  if (caller === undefined || client === undefined) return undefined;
  return principalNames(providerOf(client.toJSON().audience), attributesOf(caller.arn)).awsRole;
}

function grant(member: string, {flags: {bucket}}: Visit): Remedy {
  return bucket === undefined
    ? {
        why: 'Give it a role that has the permission',
        command: `gcloud projects add-iam-policy-binding PROJECT_ID --role=ROLE --member=${doubleQuote(member)}`,
      }
    : {
        why: 'Let it read the bucket',
        command: `gcloud storage buckets add-iam-policy-binding gs://${bucket} --role=roles/storage.objectViewer --member=${doubleQuote(member)}`,
      };
}
