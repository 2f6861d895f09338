import type {
  AwsAccount,
  AwsOidcProvider,
  AwsPolicy,
  AwsPrincipalTrust,
  AwsRole,
  AwsRoleAccessKey,
  AwsUser,
  AwsUserAccessKey,
  AwsWebIdentityTrust,
} from './policy.js';
import {
  flag,
  integer,
  isRecord,
  list,
  object,
  oneOf,
  optional,
  required,
  secret,
  secretList,
  secretText,
  text,
  unique,
  type Check,
} from './policy-shape.js';

/** An AWS account's id. */
export const accountId = text(/^\d{12}$/, 'an account id has twelve digits');

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const awsName = text(/^[\w+=,.@-]{1,64}$/, 'no name that IAM allows');
// A secret key that is pasted here must not be shown.
const accessKeyId = secretText(
  /^\w{16,128}$/,
  'no access key id, which has 16 to 128 characters out of A-Z, a-z, 0-9 and _',
);

const principal = text(
  new RegExp(
    String.raw`^(?:\*|\d{12}|arn:aws:iam::\d{12}:(?:root|user/[\w+=,.@/-]+|role/[\w+=,.@-]+)|arn:aws:sts::\d{12}:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+)$`,
  ),
  'an account id, an ARN of a role, a user or a session, or *',
);

const issuer = text(
  value => URL.canParse(value) && /^https:\/\/[^\s?#]+$/.test(value),
  'an issuer is an https URL without query',
);

const anyText = text(/./s, 'it is empty');

const principalTrust = object<AwsPrincipalTrust>({
  principals: required(list(principal)),
  externalId: optional(anyText),
});

const webIdentityTrust = object<AwsWebIdentityTrust>({
  webIdentitySubjects: required(list(anyText)),
  issuer: optional(issuer),
});

const trust: Check = (value, path) => {
  const isWebIdentity = isRecord(value) && 'webIdentitySubjects' in value;
  (isWebIdentity ? webIdentityTrust : principalTrust)(value, path);
};

const role = object<AwsRole>({
  name: required(awsName),
  trust: optional(list(trust)),
  maxSessionDurationSeconds: optional(
    integer(3600, 43_200, 'sessions last 3600 to 43200 seconds at most'),
  ),
  identityCenter: optional(flag),
  accessKeys: optional(
    secretList(
      object<AwsRoleAccessKey>({
        accessKeyId: required(accessKeyId),
        secretAccessKey: required(secret),
        sessionToken: required(secret),
        // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
        sessionName: optional(
          text(/^[\w+=,.@-]{2,64}$/, '2 to 64 characters out of A-Z, a-z, 0-9 and _+=,.@-'),
        ),
      }),
    ),
  ),
});

const user = object<AwsUser>({
  name: required(awsName),
  path: optional(text(/^\/(?:[!-~]+\/)?$/, 'a path begins and ends with /')),
  accessKeys: optional(
    secretList(
      object<AwsUserAccessKey>({
        accessKeyId: required(accessKeyId),
        secretAccessKey: required(secret),
        status: optional(oneOf(['Active', 'Inactive'])),
      }),
    ),
  ),
});

/** The AWS side of a policy, as far as each value can be judged alone. */
export const awsShape = object<AwsPolicy>({
  accounts: required(
    list(
      object<AwsAccount>({
        accountId: required(accountId),
        roles: optional(list(role)),
        users: optional(list(user)),
        disabledRegions: optional(list(text(/^[a-z0-9-]+$/, 'no region'))),
        oidcProviders: optional(
          list(
            object<AwsOidcProvider>({
              issuer: required(issuer),
              audiences: optional(list(anyText)),
              unreachable: optional(flag),
            }),
          ),
        ),
      }),
    ),
  ),
});

/** @throws PolicyError where something comes twice that may come once. */
export function checkAwsNames({accounts}: AwsPolicy): void {
  const root = ['aws', 'accounts'] as const;
  const keys: {name: string; path: (string | number)[]}[] = [];
  unique(
    accounts.map((account, i) => ({name: account.accountId, path: [...root, i, 'accountId']})),
    'an account id',
  );
  for (const [i, account] of accounts.entries()) {
    // IAM has one provider of a URL in an account; another account may know the same issuer.
    unique(
      (account.oidcProviders ?? []).map(({issuer: name}, j) => ({
        name,
        path: [...root, i, 'oidcProviders', j, 'issuer'],
      })),
      'an issuer of an account',
    );
    for (const kind of ['roles', 'users'] as const) {
      const holders = account[kind] ?? [];
      const at = (j: number) => [...root, i, kind, j];
      unique(
        holders.map(({name}, j) => ({name, path: [...at(j), 'name']})),
        `a name of ${kind}`,
        // IAM does not tell them apart by case.
        name => name.toLowerCase(),
      );
      for (const [j, {accessKeys = []}] of holders.entries()) {
        for (const [k, key] of accessKeys.entries()) {
          keys.push({name: key.accessKeyId, path: [...at(j), 'accessKeys', k, 'accessKeyId']});
        }
      }
    }
  }
  unique(keys, 'an access key id');
}
