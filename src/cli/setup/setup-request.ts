import {UsageError} from '../failure.js';
import {readRoles} from './role-names.js';

/** The flags of `setup`, as the shell gave them. */
export interface SetupFlags {
  readonly project?: string;
  readonly projectNumber?: string;
  readonly awsAccount?: string;
  readonly role?: readonly string[];
  readonly subject?: readonly string[];
  readonly wholePool?: true;
  readonly subjectFrom?: SubjectSource;
  readonly pool?: string;
  readonly provider?: string;
  readonly location?: string;
  readonly serviceAccount?: string;
  readonly grant?: readonly string[];
  readonly bucket?: readonly string[];
  readonly organization?: string;
}

/** The field of the AWS assertion that becomes `google.subject`. */
export type SubjectSource = 'arn' | 'userid';

/** What is to be set up: the flags, complete and checked. */
export interface SetupRequest {
  readonly projectId: string;
  readonly projectNumber: string;
  readonly awsAccount: string;
  /** The names of the AWS roles that are let in, without a path. */
  readonly roles: readonly string[];
  /** The subjects that are let in. */
  readonly subjects: readonly string[];
  /** Whether what is given, is given to everybody in the pool. */
  readonly wholePool: boolean;
  readonly subjectFrom: SubjectSource;
  readonly location: string;
  readonly poolId: string;
  readonly providerId: string;
  /** `undefined`: the AWS identities are given roles themselves. */
  readonly serviceAccount: RequestedServiceAccount | undefined;
  readonly projectRoles: readonly string[];
  readonly bucketRoles: readonly BucketRole[];
  readonly organization: string | undefined;
  /** What was understood otherwise than it was written. */
  readonly warnings: readonly string[];
}

/** The service account that is used. */
export interface RequestedServiceAccount {
  readonly email: string;
  /** The id or number of the project that it belongs to. */
  readonly project: string;
  /** The name to make it under; `undefined`: it belongs to another project, or to Google, and is there. */
  readonly name: string | undefined;
}

/** A role on a bucket. */
export interface BucketRole {
  readonly bucket: string;
  readonly role: string;
}

/**
 * Reads the flags.
 *
 * @throws UsageError that names the flag and what to give.
 */
export function readSetupFlags(flags: SetupFlags): SetupRequest {
  const {projectId, projectNumber} = readProject(flags);
  const awsAccount = need(flags.awsAccount, '--aws-account', /^\d{12}$/, {
    is: 'an AWS account id, which has twelve digits',
    fix: 'Print yours with: aws sts get-caller-identity --query Account --output text',
  });
  const {roles, warnings} = readRoles(unique(flags.role), awsAccount);
  const subjects = unique(flags.subject).map(readSubject);
  const wholePool = flags.wholePool ?? false;
  if (roles.length === 0 && subjects.length === 0 && !wholePool) {
    throw new UsageError(
      'Nobody is let in: name the AWS roles with --role, or single identities with --subject, or give --whole-pool for every identity of the AWS account.',
    );
  }
  return {
    projectId,
    projectNumber,
    awsAccount,
    roles,
    subjects,
    wholePool,
    subjectFrom: flags.subjectFrom ?? 'arn',
    location: check(flags.location ?? 'global', '--location', /^[a-z]+[a-z0-9-]*$/, {
      is: 'a location',
      fix: 'Leave it out for global, where every pool is today.',
    }),
    poolId: readId(flags.pool ?? 'aws-pool', '--pool'),
    providerId: readId(flags.provider ?? 'aws-provider', '--provider'),
    serviceAccount:
      flags.serviceAccount === undefined
        ? undefined
        : readServiceAccount(flags.serviceAccount, projectId),
    projectRoles: unique(flags.grant).map(role => readGoogleRole(role, '--grant')),
    bucketRoles: unique(flags.bucket).map(bucket => readBucketRole(bucket, projectId)),
    organization:
      flags.organization === undefined
        ? undefined
        : check(
            flags.organization.replace(/^organizations\//, ''),
            '--organization',
            /^\d{1,20}$/,
            {is: "an organisation's number", fix: 'Print yours with: gcloud organizations list'},
          ),
    warnings,
  };
}

function readProject({project, projectNumber}: SetupFlags) {
  if (project !== undefined && /^\d+$/.test(project)) {
    throw new UsageError(
      `--project takes the project's id, and ${project} is a number: give that as --project-number, and print the id with: gcloud projects describe ${project} --format="value(projectId)"`,
    );
  }
  const projectId = need(project, '--project', PROJECT_ID, {
    is: "a project's id",
    fix: 'It has 6 to 30 characters out of a-z, 0-9 and the hyphen, and begins with a letter. Print yours with: gcloud projects list --format="value(projectId,projectNumber)"',
  });
  const number = need(projectNumber, '--project-number', /^[1-9]\d{0,19}$/, {
    is: "a project's number (its id goes to --project; both are needed, since principals are named by the number)",
    fix: `Print it with: gcloud projects describe ${projectId} --format="value(projectNumber)"`,
  });
  return {projectId, projectNumber: number};
}

// https://cloud.google.com/resource-manager/reference/rest/v3/projects; old ones have a domain in front.
const PROJECT_ID = /^(?:[a-z0-9.-]+\.[a-z]{2,}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

interface Rule {
  /** What the flag takes: follows "is not". */
  readonly is: string;
  readonly fix: string;
}

function need(value: string | undefined, flag: string, shape: RegExp, rule: Rule): string {
  if (value === undefined) throw new UsageError(`${flag} is missing: ${rule.is}. ${rule.fix}`);
  return check(value, flag, shape, rule);
}

function check(value: string, flag: string, shape: RegExp, rule: Rule): string {
  return shape.test(value) ? value : fail(value, flag, rule);
}

function fail(value: string, flag: string, {is, fix}: Rule): never {
  throw new UsageError(`${flag} ${JSON.stringify(value)} is not ${is}. ${fix}`);
}

// https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools/create
function readId(value: string, flag: string): string {
  return check(value, flag, /^(?!gcp-)[a-z0-9-]{4,32}$/, {
    is: 'an id that Google allows',
    fix: 'It has 4 to 32 characters out of a-z, 0-9 and the hyphen, and does not begin with "gcp-".',
  });
}

function readSubject(value: string): string {
  return check(value, '--subject', /^[^\p{Cc}\s]+$/u, {
    is: 'a subject',
    fix: 'Print yours with: aws sts get-caller-identity --query Arn --output text',
  });
}

// https://cloud.google.com/iam/docs/service-accounts-create
const ACCOUNT_NAME = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

function readServiceAccount(value: string, projectId: string): RequestedServiceAccount {
  // example.com:my-project has accounts at my-project.example.com.iam.gserviceaccount.com.
  const [id = '', ...domain] = projectId.split(':').reverse();
  const host = `${[id, ...domain].join('.')}.iam.gserviceaccount.com`;
  if (ACCOUNT_NAME.test(value)) return {email: `${value}@${host}`, project: projectId, name: value};
  const rule = {
    is: "a service account's name or e-mail",
    fix: `A name has 6 to 30 characters out of a-z, 0-9 and the hyphen, and begins with a letter; an e-mail reads NAME@${host}.`,
  };
  const email = check(
    value,
    '--service-account',
    /^[a-z0-9][a-z0-9.-]{0,62}@(?:[a-z0-9.-]+\.)?gserviceaccount\.com$/,
    rule,
  );
  const [name = '', at = ''] = email.split('@');
  if (at !== host) return {email, project: projectOf(name, at) ?? projectId, name: undefined};
  // The project's own accounts are made here, and no other name can be.
  if (!ACCOUNT_NAME.test(name)) fail(value, '--service-account', rule);
  return {email, project: projectId, name};
}

// https://cloud.google.com/iam/docs/service-account-types
function projectOf(name: string, host: string): string | undefined {
  if (host === 'developer.gserviceaccount.com') return /^(\d+)-compute$/.exec(name)?.[1];
  if (host === 'appspot.gserviceaccount.com') return name;
  const [, id, domain] = /^([^.]+)\.(?:(.+)\.)?iam\.gserviceaccount\.com$/.exec(host) ?? [];
  return domain === undefined ? id : `${domain}:${id ?? ''}`;
}

function readGoogleRole(value: string, flag: string): string {
  return check(
    value,
    flag,
    /^(?:(?:projects\/[a-z0-9.:-]+|organizations\/\d+)\/)?roles\/[A-Za-z0-9_.]+$/,
    {
      is: 'the name of a role',
      fix: `It reads roles/storage.objectViewer, or projects/PROJECT_ID/roles/NAME for one of your own.`,
    },
  );
}

// https://cloud.google.com/storage/docs/buckets#naming
function readBucketRole(value: string, projectId: string): BucketRole {
  const [name = '', role = 'roles/storage.objectViewer'] = value.split(/=(.*)/s);
  const bucket = check(
    name.replace(/^gs:\/\//, '').replace(/\/$/, ''),
    '--bucket',
    /^(?!.*\.\.)[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
    {
      is: 'the name of a bucket',
      fix: `It reads NAME or NAME=ROLE, without the name of an object. Print yours with: gcloud storage buckets list --project=${projectId} --format="value(name)"`,
    },
  );
  return {bucket, role: readGoogleRole(role, `the role of --bucket ${bucket}`)};
}

function unique(values: readonly string[] = []): readonly string[] {
  return [...new Set(values)];
}
