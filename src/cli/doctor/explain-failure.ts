import type {AwsAuthError} from '../../index.js';
import {celString} from '../cel-string.js';
import {attributesOf, MAX_SUBJECT_BYTES, providerOf} from '../google-principals.js';
import {chooseProvider} from '../provider-flags.js';
import {doubleQuote, shellQuote} from '../shell-quote.js';
import {commandIn, withoutCommand} from './advice-command.js';
import {credentialFileCommand} from './credential-file-command.js';
import {explainAwsRefusal} from './explain-aws-refusal.js';
import {explainDelegation, explainDenial, explainLifetime} from './explain-service-account.js';
import type {Explanation, Finding, Remedy, Visit} from './step.js';

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
  CREDENTIAL_FILE_NOT_FOUND: (_, visit) => ({
    meaning: 'Make the file, or correct the path.',
    remedies: [makeFile(namedFile(visit))],
  }),
  // The broken one is there. One of another kind is somebody's still.
  CREDENTIAL_FILE_INVALID: ({what, fix}, visit) => ({
    meaning: fix,
    remedies: [
      /not "external_account"|not for AWS/.test(what)
        ? {...makeFile('gcp.json'), why: 'Make one beside it'}
        : makeFile(namedFile(visit), ' --force'),
    ],
  }),

  AWS_IDENTITY_REJECTED: explainAwsRefusal,

  ATTRIBUTE_CONDITION_FAILED: (_, visit) => {
    const {caller} = visit;
    const provider = providerName(visit);
    if (caller === undefined) return undefined;
    const {subject, awsRole} = attributesOf(caller.arn);
    return {
      meaning: `The condition of the provider ${target(visit).providerId} is false for this AWS identity. By the default mapping its google.subject is ${subject} and its attribute.aws_role is ${awsRole}; assertion.account is ${caller.accountId}.`,
      remedies: [
        {
          why: 'See the condition',
          command: `gcloud iam workload-identity-pools providers describe ${provider} --format="value(attributeCondition)"`,
        },
        {
          why: 'Let this role in: join its part to what is there with ||, since this replaces the condition',
          command: `gcloud iam workload-identity-pools providers update-aws ${provider} --attribute-condition=${doubleQuote(`attribute.aws_role == ${celString(awsRole)}`)}`,
        },
      ],
    };
  },

  PROVIDER_NOT_FOUND: (_, visit) => {
    const {projectNumber, poolId, providerId} = target(visit);
    return {
      meaning: `In the project ${projectNumber} there is no pool ${poolId} with a provider ${providerId}, or one of them is disabled or deleted. Changes take up to five minutes to be seen.`,
      remedies: [
        {
          why: 'See which providers there are, and their state',
          command: `gcloud iam workload-identity-pools providers list --workload-identity-pool=${poolName(visit)} --format="table(name,state,disabled)"`,
        },
        {
          why: 'Where the pool is disabled',
          command: `gcloud iam workload-identity-pools update ${poolName(visit)} --no-disabled`,
        },
        {
          why: 'Where the provider is disabled',
          command: `gcloud iam workload-identity-pools providers update-aws ${providerName(visit)} --no-disabled`,
        },
        {
          why: 'Where it is another one, make the credential file anew',
          command: credentialFileCommand(visit, {
            '--project-number': 'NUMBER',
            '--pool': 'POOL',
            '--provider': 'PROVIDER',
          }),
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
          command: `gcloud iam workload-identity-pools providers update-aws ${providerName(visit)} --account-id=${caller.accountId}`,
        },
      ],
    };
  },

  API_DISABLED: error => {
    const service =
      error.step === 'token-exchange' ? 'sts.googleapis.com' : 'iamcredentials.googleapis.com';
    return {
      meaning: `The API ${service} is not enabled in the project. It takes a few minutes to be seen.`,
      remedies: commandIn(error.fix, 'Enable it'),
    };
  },

  IMPERSONATION_DENIED: explainDenial,

  IMPERSONATION_REFUSED: explainLifetime,

  DELEGATION_DENIED: explainDelegation,
};

function inItsOwnWords({fix}: AwsAuthError): Explanation {
  return {meaning: withoutCommand(fix), remedies: commandIn(fix, 'Then')};
}

function makeFile(file: string, force = ''): Remedy {
  return {
    why: 'Make it',
    command: `npx google-auth-aws config --project-number NUMBER --pool POOL --provider PROVIDER --service-account EMAIL --output-file ${shellQuote(file)}${force}`,
  };
}

function namedFile({flags, io}: Visit): string {
  const chosen = chooseProvider(flags, io);
  return chosen.kind === 'file' ? chosen.path : 'gcp.json';
}

function target({client}: Visit): ReturnType<typeof providerOf> {
  return providerOf(client?.toJSON().audience ?? '');
}

// gcloud's commands for pools take a project's number in a full name alone: as --project they refuse it.
// The library has checked the audience: its segments hold no character that a shell reads.
function poolName(visit: Visit): string {
  const {poolId, location, projectNumber} = target(visit);
  return `projects/${projectNumber}/locations/${location}/workloadIdentityPools/${poolId}`;
}

function providerName(visit: Visit): string {
  return `${poolName(visit)}/providers/${target(visit).providerId}`;
}
