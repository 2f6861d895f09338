import {MAX_SUBJECT_BYTES} from '../google-principals.js';
import {assumedRoleArn} from './attributes.js';
import type {SetupRequest} from './setup-request.js';
import {userOf} from './user-subject.js';

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const MAX_SESSION_NAME = 64;

/** What bites in this set-up. */
export function setupWarnings(request: SetupRequest): readonly string[] {
  const {wholePool, roles, subjects, awsAccount, poolId, serviceAccount} = request;
  const {projectRoles, bucketRoles} = request;
  const isOpen = wholePool && roles.length === 0 && subjects.length === 0;
  const isIdle =
    serviceAccount === undefined && projectRoles.length === 0 && bucketRoles.length === 0;
  return [
    ...request.warnings,
    ...(request.subjectFrom === 'arn' ? roles.flatMap(role => longSubjects(role, awsAccount)) : []),
    ...subjects.flatMap(subject => impossibleSubject(subject, request)),
    ...(request.subjectFrom === 'arn' ? twiceTheUser(subjects) : []),
    ...(isOpen
      ? [
          `The whole pool is bound and the provider has no condition: every role and every user of the AWS account ${awsAccount} is let in, and everybody whom another provider of the pool ${poolId} lets in, now or later. Name roles with --role as well: they go into the provider's condition.`,
        ]
      : []),
    ...(isIdle
      ? [
          'Whoever is let in may do nothing yet: give --service-account for an account to act as, or roles to the AWS identities themselves with --grant and --bucket.',
        ]
      : []),
  ];
}

function longSubjects(role: string, account: string): readonly string[] {
  const room = MAX_SUBJECT_BYTES - assumedRoleArn(account, role).length - '/'.length;
  if (room >= MAX_SESSION_NAME) return [];
  return [
    `A session of the role ${role} whose name has more than ${Math.max(room, 0)} characters is refused: the subject is the session's ARN, AWS allows names of ${MAX_SESSION_NAME}, and Google's limit for a subject is ${MAX_SUBJECT_BYTES} bytes. Keep session names short (a Lambda function's is the function's name), or give --subject-from userid, which has 86 bytes at most.`,
  ];
}

function impossibleSubject(
  subject: string,
  {awsAccount, subjectFrom}: SetupRequest,
): readonly string[] {
  const bytes = Buffer.byteLength(subject);
  const name = `The subject ${JSON.stringify(subject)}`;
  if (bytes > MAX_SUBJECT_BYTES) {
    return [
      `${name} has ${bytes} bytes, and Google refuses subjects of more than ${MAX_SUBJECT_BYTES}: it is never let in.`,
    ];
  }
  if (subjectFrom === 'userid') {
    return /^[A-Z0-9]{16,}(?::[\w+=,.@-]+)?$/.test(subject)
      ? []
      : [
          `${name} matches nobody: with --subject-from userid it reads AROA…:SESSION for a role and AIDA… for a user. Print it with: aws sts get-caller-identity --query UserId --output text`,
        ];
  }
  if (/^arn:aws:sts::\d{12}:assumed-role\/[^/]+\/?$/.test(subject)) {
    return [
      `${name} matches nobody: the subject of a role ends in the session's name. For all sessions of the role there is --role.`,
    ];
  }
  const isArn =
    /^arn:aws:(?:sts::\d{12}:(?:assumed-role|federated-user)\/|iam::\d{12}:(?:user\/|root$))/.test(
      subject,
    );
  if (!isArn || subject.split(':')[4] !== awsAccount) {
    return [
      `${name} matches nobody: it is the ARN that AWS gives for an identity of the account ${awsAccount}. Print it with: aws sts get-caller-identity --query Arn --output text`,
    ];
  }
  return subject.includes(':assumed-role/')
    ? [
        `${name} is one session of a role, and the next session with another name is not let in. For all sessions of the role there is --role.`,
      ]
    : [];
}

function twiceTheUser(subjects: readonly string[]): readonly string[] {
  const first = new Map<string, string>();
  return subjects.flatMap(subject => {
    const key = userOf(subject)?.key ?? subject;
    const same = first.get(key);
    first.set(key, same ?? subject);
    return same === undefined
      ? []
      : [
          `The subjects ${JSON.stringify(same)} and ${JSON.stringify(subject)} are of one user, and one of them matches nobody: an AWS account has one user of a name, whatever its path and its capitals.`,
        ];
  });
}

/** What bites in every set-up. */
export function setupNotes({organization, serviceAccount}: SetupRequest): readonly string[] {
  return [
    'Changes to pools, providers and bindings take up to five minutes to be seen: until then an exchange may be refused.',
    'The name of a deleted pool or provider is reserved for 30 days: bring it back with "gcloud iam workload-identity-pools undelete" (or "… providers undelete"), or take another name.',
    organization === undefined
      ? 'Where the organisation restricts AWS accounts (constraints/iam.workloadIdentityPoolAwsAccounts) or providers (constraints/iam.workloadIdentityPoolProviders), the provider cannot be made until they are allowed: --organization NUMBER adds the step.'
      : 'An organisation policy that allows some AWS accounts refuses all others: see what it allows today before you change it.',
    ...(serviceAccount === undefined
      ? [
          'Without a service account the AWS identities call Google APIs themselves, and a few products do not take them: https://cloud.google.com/iam/docs/federated-identity-supported-services',
        ]
      : []),
  ];
}
