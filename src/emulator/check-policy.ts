import {isPrincipalTrust} from './aws/role-trust.js';
import type {
  AwsAccount,
  AwsPolicy,
  AwsRole,
  EmulatorPolicy,
  GooglePolicy,
  WorkspaceDomain,
} from './policy.js';

const ACCOUNT_ID = /^\d{12}$/;
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const AWS_NAME = /^[\w+=,.@-]{1,64}$/;
const PRINCIPAL = new RegExp(
  String.raw`^(?:\*|\d{12}|arn:aws:iam::\d{12}:(?:root|user/[\w+=,.@/-]+|role/[\w+=,.@-]+)|arn:aws:sts::\d{12}:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+)$`,
);
const POOL_OR_PROVIDER_ID = /^[a-z0-9-]{4,32}$/;
const POOL = String.raw`iam\.googleapis\.com/projects/\d+/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}`;
// https://cloud.google.com/iam/docs/principal-identifiers
const MEMBER = new RegExp(
  String.raw`^(?:principal://${POOL}/subject/.+|principalSet://${POOL}/(?:\*|attribute\.[a-z0-9_]+/.+)|serviceAccount:[^@\s]+@[^@\s]+)$`,
);
const EMAIL = /^[^@\s/:]+@[^@\s/:]+$/;
const SCOPE = /^(?:https:\/\/[^\s,]+|openid|email|profile)$/;
const ROLES: readonly string[] = [
  'roles/iam.workloadIdentityUser',
  'roles/iam.serviceAccountTokenCreator',
  'roles/iam.serviceAccountOpenIdTokenCreator',
];
const STORAGE_ROLES: readonly string[] = [
  'roles/storage.admin',
  'roles/storage.objectUser',
  'roles/storage.objectCreator',
  'roles/storage.objectViewer',
];

/**
 * Checks a policy as the clouds check what it is made of: a slip in a member's name, say, is told
 * here and not found at the first refusal.
 *
 * @throws TypeError that says what is wrong and where.
 */
export function checkPolicy(policy: EmulatorPolicy): void {
  checkAws(policy.aws);
  checkGoogle(policy.google);
}

function checkAws({accounts}: AwsPolicy): void {
  const accessKeyIds = new Set<string>();
  for (const account of accounts) {
    const {accountId, roles = [], users = []} = account;
    checkProviders(account);
    for (const role of roles) checkRole(role);
    need(ACCOUNT_ID.test(accountId), 'aws.accounts', accountId, 'an account id has twelve digits');
    for (const {name} of [...roles, ...users]) {
      need(AWS_NAME.test(name), 'aws.accounts', name, 'no name that IAM allows');
    }
    for (const {accessKeyId} of users.flatMap(user => user.accessKeys ?? [])) {
      const isNew = /^\w{16,128}$/.test(accessKeyId) && !accessKeyIds.has(accessKeyId);
      need(isNew, 'aws.accounts', accessKeyId, 'no access key id, or one that comes twice');
      accessKeyIds.add(accessKeyId);
    }
  }
  const ids = accounts.map(account => account.accountId);
  need(new Set(ids).size === ids.length, 'aws.accounts', ids.join(', '), 'an id comes twice');
}

function checkProviders({oidcProviders = []}: AwsAccount): void {
  for (const {issuer} of oidcProviders) {
    const isIssuer = URL.canParse(issuer) && /^https:\/\/[^\s?#]+$/.test(issuer);
    need(isIssuer, 'aws.accounts', issuer, 'an issuer is an https URL without query');
  }
}

function checkRole({trust = [], maxSessionDurationSeconds: seconds = 3600}: AwsRole): void {
  const isDuration = Number.isInteger(seconds) && seconds >= 3600 && seconds <= 43_200;
  need(isDuration, 'aws.accounts', String(seconds), 'sessions last 3600 to 43200 seconds at most');
  for (const principal of trust.filter(isPrincipalTrust).flatMap(item => item.principals)) {
    need(
      PRINCIPAL.test(principal),
      'aws.accounts',
      principal,
      'an account id, an ARN of a role, a user or a session, or *',
    );
  }
}

function checkGoogle(policy: GooglePolicy): void {
  const {projectNumber, workloadIdentityPools, serviceAccounts, workspaces = []} = policy;
  need(
    /^\d+$/.test(projectNumber),
    'google.projectNumber',
    projectNumber,
    'the number, not the id',
  );
  for (const {poolId, providers} of workloadIdentityPools) {
    const where = 'google.workloadIdentityPools';
    for (const id of [poolId, ...providers.map(provider => provider.providerId)]) {
      need(POOL_OR_PROVIDER_ID.test(id), where, id, '4 to 32 characters out of a-z, 0-9 and -');
    }
    for (const {aws} of providers) {
      need(ACCOUNT_ID.test(aws.accountId), where, aws.accountId, 'an account id has twelve digits');
    }
  }
  for (const workspace of workspaces) checkWorkspace(workspace);
  for (const {email, bindings = [], storageRoles = []} of serviceAccounts) {
    const where = 'google.serviceAccounts';
    need(EMAIL.test(email), where, email, 'no e-mail address');
    for (const role of storageRoles) {
      need(STORAGE_ROLES.includes(role), where, role, `one of ${STORAGE_ROLES.join(', ')}`);
    }
    for (const {role, members} of bindings) {
      need(ROLES.includes(role), where, role, `one of ${ROLES.join(', ')}`);
      for (const member of members) {
        need(
          MEMBER.test(member),
          where,
          member,
          'principalSet://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/attribute.NAME/VALUE, or as "members" tells',
        );
      }
    }
  }
}

function checkWorkspace({domain, users, delegations = []}: WorkspaceDomain): void {
  const where = 'google.workspaces';
  need(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain), where, domain, 'no name of a domain');
  for (const user of users) {
    const isOne = EMAIL.test(user) && user.endsWith(`@${domain}`);
    need(isOne, where, user, `a user is an e-mail address that ends with @${domain}`);
  }
  for (const {serviceAccount, scopes} of delegations) {
    const isName = EMAIL.test(serviceAccount) || /^\d+$/.test(serviceAccount);
    need(isName, where, serviceAccount, 'the unique id or the e-mail of a service account');
    for (const scope of scopes) need(SCOPE.test(scope), where, scope, 'no OAuth scope');
  }
}

function need(isRight: boolean, where: string, value: string, rule: string): void {
  if (!isRight) {
    throw new TypeError(`The policy's ${where} holds ${JSON.stringify(value)}: ${rule}.`);
  }
}
