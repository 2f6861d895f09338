import type {AttributeCondition, AttributeMapping} from './google/attributes.js';

/**
 * What exists in the emulated clouds and who may do what. Lists that are optional are empty by default,
 * where nothing else is said.
 */
export interface EmulatorPolicy {
  readonly aws: AwsPolicy;
  readonly google: GooglePolicy;
}

/** The emulated AWS. */
export interface AwsPolicy {
  /** The first account's first role is the container's, unless `taskRole` names another. */
  readonly accounts: readonly AwsAccount[];
}

/** An AWS account. */
export interface AwsAccount {
  /** Twelve digits. */
  readonly accountId: string;
  readonly roles?: readonly AwsRole[];
  readonly users?: readonly AwsUser[];
  /** Regions in which the account has switched STS off: they answer `RegionDisabledException`. */
  readonly disabledRegions?: readonly string[];
  /**
   * The OpenID Connect providers that the account knows. Default one, whose issuer is that of
   * `issueWebIdentityToken` where it is given none.
   */
  readonly oidcProviders?: readonly AwsOidcProvider[];
}

/**
 * An IAM OpenID Connect provider: an issuer of the tokens with which AssumeRoleWithWebIdentity is
 * called. The emulator signs for all of them: see `issueWebIdentityToken`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
 */
export interface AwsOidcProvider {
  /** The tokens' `iss`: `https://`, a host and perhaps a path. */
  readonly issuer: string;
  /** The client ids of which a token's `aud` must be one. Default `sts.amazonaws.com`. */
  readonly audiences?: readonly string[];
  /** Whether AWS cannot reach it: it then answers `IDPCommunicationError`. Default `false`. */
  readonly unreachable?: boolean;
}

/** An IAM role; its sessions are what the AWS services here hand out. */
export interface AwsRole {
  /** Without a path. */
  readonly name: string;
  /**
   * Who may assume it by calling STS. Default nobody. There are no permission policies here: who is
   * trusted may.
   */
  readonly trust?: readonly AwsRoleTrust[];
  /** The longest session that STS makes, in seconds: 3600 to 43200. Default 3600, as at AWS. */
  readonly maxSessionDurationSeconds?: number;
  /**
   * Whether IAM Identity Center hands it out to its users, under its name or, where that is
   * `AWSReservedSSO_NAME_` and 16 hexadecimal digits, as the permission set NAME. Default `false`.
   */
  readonly identityCenter?: boolean;
  /** Sessions whose credentials are known beforehand, for programs that are given keys. */
  readonly accessKeys?: readonly AwsRoleAccessKey[];
}

/** The credentials of a role's session. Unlike what AWS services hand out here, they never end. */
export interface AwsRoleAccessKey {
  /** 16 to 128 characters out of A-Z, a-z, 0-9 and `_`. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** 2 to 64 characters out of A-Z, a-z, 0-9 and `_+=,.@-`. Default `session`. */
  readonly sessionName?: string;
}

/** A statement of a role's trust policy. */
export type AwsRoleTrust = AwsPrincipalTrust | AwsWebIdentityTrust;

/**
 * Lets AWS identities assume a role with AssumeRole.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export interface AwsPrincipalTrust {
  /**
   * `123456789012` or `arn:aws:iam::123456789012:root`: everybody of the account; the ARN of a role:
   * its sessions; the ARN of a user or of one session (`arn:aws:sts::…:assumed-role/ROLE/SESSION`);
   * `*`: everybody.
   */
  readonly principals: readonly string[];
  /** What the caller must send as `ExternalId`. Default anything or nothing. */
  readonly externalId?: string;
}

/** Lets the subjects of an OpenID Connect provider assume a role with AssumeRoleWithWebIdentity. */
export interface AwsWebIdentityTrust {
  /** What a token's `sub` may be, e.g. `system:serviceaccount:NAMESPACE:NAME`, or with `*` and `?`. */
  readonly webIdentitySubjects: readonly string[];
  /** The issuer of the account's provider that is meant. Default that of its first. */
  readonly issuer?: string;
}

/** An IAM user. */
export interface AwsUser {
  readonly name: string;
  /** Begins and ends with `/`. Default `/`. */
  readonly path?: string;
  readonly accessKeys?: readonly AwsUserAccessKey[];
}

/** A user's own, static access key: it has no session token. */
export interface AwsUserAccessKey {
  /** 16 to 128 characters out of A-Z, a-z, 0-9 and `_`. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** An inactive key is refused as an unknown one is. Default `Active`. */
  readonly status?: 'Active' | 'Inactive';
}

/** The emulated Google Cloud: one project. */
export interface GooglePolicy {
  readonly projectId: string;
  /** Digits, in a string. */
  readonly projectNumber: string;
  readonly workloadIdentityPools: readonly WorkloadIdentityPool[];
  readonly serviceAccounts: readonly ServiceAccount[];
  /** The Google Workspace domains whose users service accounts may act for. Default none. */
  readonly workspaces?: readonly WorkspaceDomain[];
  /** APIs that are not enabled in the project: they answer `SERVICE_DISABLED`. Default none. */
  readonly disabledServices?: readonly GoogleService[];
}

/** The Google APIs that can be disabled. */
export type GoogleService = 'sts.googleapis.com' | 'iamcredentials.googleapis.com';

/** @see https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools */
export interface WorkloadIdentityPool {
  /** 4 to 32 characters out of a-z, 0-9 and the hyphen, and not `gcp-` first. */
  readonly poolId: string;
  /** Default `false`. */
  readonly disabled?: boolean;
  readonly providers: readonly AwsProvider[];
}

/** @see https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers */
export interface AwsProvider {
  /** 4 to 32 characters out of a-z, 0-9 and the hyphen, and not `gcp-` first. */
  readonly providerId: string;
  /** Default `false`. */
  readonly disabled?: boolean;
  /** The one AWS account whose identities the provider takes. */
  readonly aws: {readonly accountId: string};
  /** Default {@link DEFAULT_ATTRIBUTE_MAPPING}, Google's own for AWS. */
  readonly attributeMapping?: AttributeMapping;
  /** Who is let in. Default everybody of the account. */
  readonly attributeCondition?: AttributeCondition;
}

/** A Google service account and who may use it. */
export interface ServiceAccount {
  readonly email: string;
  /** The numeric id, which names the account as well as the e-mail does. Default made of the e-mail. */
  readonly uniqueId?: string;
  /** The IAM policy on the account itself. Default nobody. */
  readonly bindings?: readonly ServiceAccountBinding[];
  /**
   * Whether the organisation policy `iam.allowServiceAccountCredentialLifetimeExtension` names it:
   * its tokens may then live 12 hours instead of one. Default `false`.
   */
  readonly allowLifetimeExtension?: boolean;
  /**
   * Its roles in the project's Cloud Storage, which count for its tokens and for the URLs and forms that
   * it has signed. As in the cloud, whoever overwrites an object must also be allowed to delete it. Default
   * `roles/storage.admin`.
   */
  readonly storageRoles?: readonly StorageRole[];
}

/** @see https://cloud.google.com/storage/docs/access-control/iam-roles */
export type StorageRole =
  | 'roles/storage.admin'
  | 'roles/storage.objectUser'
  | 'roles/storage.objectCreator'
  | 'roles/storage.objectViewer';

/** A domain of Google Workspace: its users, and who may act for them. */
export interface WorkspaceDomain {
  /** E.g. `example.com`. */
  readonly domain: string;
  /** The users' e-mails. */
  readonly users: readonly string[];
  /** What an administrator has entered under "Domain-wide delegation". Default nothing. */
  readonly delegations?: readonly DomainWideDelegation[];
}

/**
 * Lets a service account act for every user of a domain.
 *
 * @see https://support.google.com/a/answer/162106
 */
export interface DomainWideDelegation {
  /** The unique id, as an administrator enters it, or the e-mail of the service account. */
  readonly serviceAccount: string;
  /** The scopes that it may ask for. */
  readonly scopes: readonly string[];
}

/** A binding of an IAM policy. */
export interface ServiceAccountBinding {
  readonly role: ServiceAccountRole;
  /**
   * `principal://iam.googleapis.com/…/subject/…`, `principalSet://iam.googleapis.com/…/attribute.…/…`,
   * `principalSet://iam.googleapis.com/…/group/…`, `principalSet://iam.googleapis.com/…/*` or
   * `serviceAccount:…`.
   *
   * @see https://cloud.google.com/iam/docs/principal-identifiers
   */
  readonly members: readonly string[];
}

/** The roles that let a principal act as a service account. */
export type ServiceAccountRole =
  | 'roles/iam.workloadIdentityUser'
  | 'roles/iam.serviceAccountTokenCreator'
  | 'roles/iam.serviceAccountOpenIdTokenCreator';

/**
 * A new copy of what the emulator plays when it is given no policy: the role `demo-role` of the AWS
 * account `111122223333` may act and sign as `demo@my-project.iam.gserviceaccount.com` of the project
 * `my-project` (`123456789012`), through the provider `aws-test-account` of the pool `aws-pool`. The
 * role can be had in every way: its own account, the Kubernetes service account `demo` of the
 * namespace `default` and the users of IAM Identity Center may assume it. The service account may
 * read the calendars and the files on Drive of `alice@example.com`.
 */
export function defaultPolicy(): EmulatorPolicy {
  const demoRole = {
    name: 'demo-role',
    trust: [
      {principals: ['111122223333']},
      {webIdentitySubjects: ['system:serviceaccount:default:demo']},
    ],
    identityCenter: true,
  };
  const demoAccount = 'demo@my-project.iam.gserviceaccount.com';
  const members = [
    'principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/demo-role',
  ];
  return {
    aws: {accounts: [{accountId: '111122223333', roles: [demoRole]}]},
    google: {
      projectId: 'my-project',
      projectNumber: '123456789012',
      workloadIdentityPools: [
        {
          poolId: 'aws-pool',
          providers: [{providerId: 'aws-test-account', aws: {accountId: '111122223333'}}],
        },
      ],
      serviceAccounts: [
        {
          email: demoAccount,
          bindings: [
            {role: 'roles/iam.workloadIdentityUser', members},
            {
              role: 'roles/iam.serviceAccountTokenCreator',
              // The account itself, too: Google's clients sign with its own token.
              members: [...members, `serviceAccount:${demoAccount}`],
            },
          ],
        },
      ],
      workspaces: [
        {
          domain: 'example.com',
          users: ['alice@example.com'],
          delegations: [
            {
              serviceAccount: demoAccount,
              scopes: [
                'https://www.googleapis.com/auth/calendar.readonly',
                'https://www.googleapis.com/auth/drive.readonly',
              ],
            },
          ],
        },
      ],
    },
  };
}
