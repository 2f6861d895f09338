import type {AwsAuthError} from '../../index.js';
import {attributesOf, MAX_SUBJECT_BYTES, principalNames, providerOf} from '../google-principals.js';
import type {Finding, Remedy, Visit} from './step.js';

type Explanation = Pick<Finding, 'meaning' | 'remedies'>;

/** What an error means for this role, pool, provider and account, and what mends it. */
export function explainFailure(error: AwsAuthError, visit: Visit): Finding {
  return {
    status: 'failed',
    facts: error.what,
    code: error.code,
    ...(EXPLANATIONS[error.code]?.(error, visit) ?? inItsOwnWords(error)),
  };
}

const EXPLANATIONS: Partial<
  Readonly<
    Record<AwsAuthError['code'], (error: AwsAuthError, visit: Visit) => Explanation | undefined>
  >
> = {
  CREDENTIAL_FILE_NOT_FOUND: error => ({
    meaning: 'Make the file, or correct the path.',
    remedies: [remakeFile(error)],
  }),
  CREDENTIAL_FILE_INVALID: error => ({meaning: error.fix, remedies: [remakeFile(error)]}),

  AWS_IDENTITY_REJECTED: (error, visit) => rejectedByAws(error, visit),

  ATTRIBUTE_CONDITION_FAILED: (_, visit) => {
    const {caller} = visit;
    const flags = providerFlags(visit);
    if (caller === undefined) return undefined;
    const {subject, awsRole} = attributesOf(caller.arn);
    return {
      meaning: `The condition of the provider ${target(visit).providerId} is false for this AWS identity. By the default mapping its google.subject is ${subject} and its attribute.aws_role is ${awsRole}; assertion.account is ${caller.accountId}.`,
      remedies: [
        {
          why: 'See the condition',
          command: `gcloud iam workload-identity-pools providers describe ${flags} --format="value(attributeCondition)"`,
        },
        {
          why: 'Let this role in: join its part to what is there with ||, since this replaces the condition',
          command: `gcloud iam workload-identity-pools providers update-aws ${flags} --attribute-condition="attribute.aws_role == '${awsRole}'"`,
        },
      ],
    };
  },

  PROVIDER_NOT_FOUND: (_, visit) => {
    const {projectNumber, poolId, providerId, location} = target(visit);
    return {
      meaning: `In the project ${projectNumber} there is no pool ${poolId} with a provider ${providerId}, or one of them is disabled or deleted. Changes take up to five minutes to be seen.`,
      remedies: [
        {
          why: 'See which providers there are, and their state',
          command: `gcloud iam workload-identity-pools providers list --workload-identity-pool=${poolId} --location=${location} --project=${projectNumber} --format="table(name,state,disabled)"`,
        },
        {
          why: 'Where the pool is disabled',
          command: `gcloud iam workload-identity-pools update ${poolId} --location=${location} --project=${projectNumber} --no-disabled`,
        },
        {
          why: 'Where the provider is disabled',
          command: `gcloud iam workload-identity-pools providers update-aws ${providerFlags(visit)} --no-disabled`,
        },
        {
          why: 'Where it is another one, make the credential file anew',
          command:
            'google-auth-aws config --project-number NUMBER --pool POOL --provider PROVIDER --output-file FILE --force',
        },
      ],
    };
  },

  SUBJECT_TOO_LONG: (error, {caller}) => {
    if (caller === undefined) return undefined;
    const bytes = Buffer.byteLength(caller.arn);
    return {
      meaning: `The ARN ${caller.arn} has ${bytes} bytes; what google.subject is mapped to may have ${MAX_SUBJECT_BYTES}. Use a shorter role session name, or map the subject to something shorter. The members of bindings that name a subject change with it.`,
      remedies: commandIn(
        error.fix,
        'Map something shorter (add your own attributes, if there are any)',
      ),
    };
  },

  TOKEN_EXCHANGE_REFUSED: (error, visit) => {
    const {caller} = visit;
    if (caller === undefined || !/AWS account/i.test(error.what)) return undefined;
    return {
      meaning: `This identity is of the AWS account ${caller.accountId}; the provider ${target(visit).providerId} takes another account's.`,
      remedies: [
        {
          why: 'Have the provider take this account, and no longer the other',
          command: `gcloud iam workload-identity-pools providers update-aws ${providerFlags(visit)} --account-id=${caller.accountId}`,
        },
      ],
    };
  },

  API_DISABLED: (error, visit) => {
    const service =
      error.step === 'impersonation' ? 'iamcredentials.googleapis.com' : 'sts.googleapis.com';
    return {
      meaning: `The API ${service} is not enabled in the project. It takes a few minutes to be seen.`,
      remedies: [
        {
          why: 'Enable it',
          command: `gcloud services enable ${service} --project=${/project (\d+)/.exec(error.what)?.[1] ?? target(visit).projectNumber}`,
        },
      ],
    };
  },

  IMPERSONATION_DENIED: (_, visit) => {
    const {caller, client} = visit;
    const email = client?.getServiceAccountEmail() ?? '';
    if (caller === undefined || email === '') return undefined;
    const {awsRole} = attributesOf(caller.arn);
    const member = principalNames(target(visit), attributesOf(caller.arn)).awsRole;
    const project = /@([a-z][a-z0-9-]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
    const inProject = project === undefined ? '' : ` --project=${project}`;
    return {
      meaning: `The role ${awsRole} may not act as ${email}, or there is no such service account. A new binding takes up to five minutes to be seen.`,
      remedies: [
        {
          why: 'See whether the account exists',
          command: `gcloud iam service-accounts describe ${email}${inProject}`,
        },
        {
          why: 'Let the role act as it',
          command: `gcloud iam service-accounts add-iam-policy-binding ${email}${inProject} --role=roles/iam.workloadIdentityUser --member="${member}"`,
        },
      ],
    };
  },

  IMPERSONATION_REFUSED: (error, {client}) => {
    const lifetime = client?.toJSON().service_account_impersonation?.token_lifetime_seconds ?? 0;
    if (lifetime <= 3600) return undefined;
    const email = client?.getServiceAccountEmail() ?? '';
    return {
      meaning: `The credential file asks for tokens that live ${lifetime} s. More than 3600 s needs the organisation's leave for ${email}. ${error.fix}`,
      remedies: [
        {
          why: 'Give it (an organisation administrator’s work)',
          command: `gcloud resource-manager org-policies allow constraints/iam.allowServiceAccountCredentialLifetimeExtension ${email} --organization=ORGANIZATION_ID`,
        },
      ],
    };
  },
};

function rejectedByAws({reason, fix}: AwsAuthError, visit: Visit): Explanation {
  const {identity, clockOffsetMillis = 0} = visit;
  const source =
    identity === undefined ? '' : ` The credentials come from ${identity.description}.`;
  const profile = /^the profile ("[^"]*") \((SSO|console login)\)$/.exec(
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
          remedies: [{why: 'Renew it', command: `${login} --profile ${profile[1]}`}],
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
      return {
        meaning: `${meaning} The region is ${identity?.region ?? 'unknown'}.`,
        remedies: [{why: 'Sign for a region that is on', command: 'export AWS_REGION=us-east-1'}],
      };
    default:
      return {meaning, remedies: [lookAtThem]};
  }
}

function inItsOwnWords({fix}: AwsAuthError): Explanation {
  return {meaning: withoutCommand(fix), remedies: commandIn(fix, 'Then')};
}

// Where the library's advice ends with a command, that stands after a colon.
const COMMAND = /: ((?:gcloud|aws|google-auth-aws) .*)$/s;

function withoutCommand(fix: string): string {
  return fix.replace(COMMAND, '.');
}

function commandIn(fix: string, why: string): readonly Remedy[] {
  const command = COMMAND.exec(fix)?.[1];
  return command === undefined ? [] : [{why, command}];
}

function remakeFile({what}: AwsAuthError): Remedy {
  const file = /"((?:[^"\\]|\\.)*)"/.exec(what)?.[0] ?? 'FILE';
  return {
    why: 'Make it',
    command: `google-auth-aws config --project-number NUMBER --pool POOL --provider PROVIDER --service-account EMAIL --output-file ${file}`,
  };
}

function target({client}: Visit): ReturnType<typeof providerOf> {
  return providerOf(client?.toJSON().audience ?? '');
}

// The library has checked the audience: its segments hold no character that a shell reads.
function providerFlags(visit: Visit): string {
  const {providerId, poolId, location, projectNumber} = target(visit);
  return `${providerId} --workload-identity-pool=${poolId} --location=${location} --project=${projectNumber}`;
}
