import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inspect} from 'node:util';
import {
  parseCredentialFile,
  readCredentialFile,
  type CredentialFileTrust,
} from '../../src/config/credential-file.js';
import {createExternalAccountConfig} from '../../src/config/external-account-config.js';
import type {AwsAuthErrorCode} from '../../src/errors.js';
import {assertRefused} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';
import {thrownBy} from '../support/thrown.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const IMPERSONATION = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`;
const FILE = createExternalAccountConfig({
  audience: AUDIENCE,
  serviceAccountEmail: EMAIL,
  tokenLifetimeSeconds: 1800,
});
const SOURCE = FILE.credential_source;

const NO_TRUST: CredentialFileTrust = {
  path: '/etc/gcp.json',
  universes: [],
  ignoreTokenUrl: false,
  ignoreImpersonationUrl: false,
};

function parse(change: Record<string, unknown> = {}, trust: Partial<CredentialFileTrust> = {}) {
  return parseCredentialFile({...FILE, ...change}, {...NO_TRUST, ...trust});
}

type Refused = readonly [title: string, change: Record<string, unknown>, ...says: string[]];

// Each with what the message must say of it.
const INVALID: readonly Refused[] = [
  ['a service-account key', {type: 'service_account'}, 'delete the key', 'create-cred-config'],
  ['a person’s login', {type: 'authorized_user'}, 'a person’s login', 'workload identity pool'],
  ['an impersonated login', {type: 'impersonated_service_account'}, 'a person’s login'],
  ['a workforce login', {type: 'external_account_authorized_user'}, 'create-cred-config'],
  ['another type', {type: 'gdch_service_account'}, 'is of type "gdch_service_account"'],
  ['no type', {type: undefined}, 'has no type,', 'not "external_account"', 'create-cred-config'],
  ['a type that is no string', {type: ['external_account']}, 'is of type an array'],
  [
    'an Azure or OIDC file',
    {subject_token_type: 'urn:ietf:params:oauth:token-type:jwt'},
    'so it is not for AWS',
    'google-auth-library’s own clients',
  ],
  ['no token type', {subject_token_type: undefined}, 'has no subject_token_type', 'not for AWS'],
  ['no source', {credential_source: undefined}, 'has no "credential_source" object'],
  ['a source that is a list', {credential_source: [SOURCE]}, 'has no "credential_source" object'],
  ['a source that is null', {credential_source: null}, 'has no "credential_source" object'],
  [
    'a later version',
    {credential_source: {...SOURCE, environment_id: 'aws2'}},
    'environment_id "aws2", a version that this package does not know',
  ],
  [
    'the version of another cloud',
    {credential_source: {...SOURCE, environment_id: 'azure1'}},
    'environment_id "azure1", not "aws1"',
  ],
  [
    'no version',
    {credential_source: {file: '/var/run/token'}},
    'has no environment_id, not "aws1"',
  ],
  ...[
    'https://sts.cn-north-1.amazonaws.com.cn?Action=GetCallerIdentity&Version=2011-06-15',
    'https://sts.{region}.evil.com?Action=GetCallerIdentity&Version=2011-06-15',
    'https://evil.com/sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    'https://sts-fips.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    'https://sts-fips.us-east-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    'https://sts.{region}.api.aws?Action=GetCallerIdentity&Version=2011-06-15',
    'https://sts.us-iso-east-1.c2s.ic.gov?Action=GetCallerIdentity&Version=2011-06-15',
    'http://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    'https://sts.{region}.amazonaws.com?Action=AssumeRole&Version=2011-06-15',
    'https://sts.{region}.amazonaws.com',
    'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15\n',
    'https://sts.evil.com.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    undefined,
    7,
  ].map((url): Refused => [
    `the AWS endpoint ${inspect(url)}`,
    {credential_source: {...SOURCE, regional_cred_verification_url: url}},
    'regional_cred_verification_url',
    'It reads https://sts.{region}.amazonaws.com?Action=',
  ]),
  [
    'no AWS endpoint',
    {credential_source: {...SOURCE, regional_cred_verification_url: undefined}},
    'has no regional_cred_verification_url.',
  ],
  ['a token URL without TLS', {token_url: 'http://sts.googleapis.com/v1/token'}, '"token_url"'],
  ['a token URL that is none', {token_url: 'sts'}, 'Its key "token_url" is "sts", not a URL'],
  ['a token URL that is null', {token_url: null}, 'Its key "token_url" is null, not a URL'],
  [
    'a token URL with a password',
    {token_url: 'https://user:pass@sts.googleapis.com/v1/token'},
    'Its key "token_url" holds a user name or a password',
  ],
  [
    'a token URL that pretends to be Google’s',
    {token_url: 'https://sts.googleapis.com@evil.com/v1/token'},
    'holds a user name or a password',
  ],
  [
    'an impersonation URL of another method',
    {service_account_impersonation_url: IMPERSONATION.replace('AccessToken', 'IdToken')},
    '"service_account_impersonation_url"',
    'not a generateAccessToken URL',
  ],
  [
    'an impersonation URL of nobody',
    {service_account_impersonation_url: IMPERSONATION.replace(EMAIL, 'nobody')},
    '"service_account_impersonation_url" is "nobody"',
  ],
  [
    'an impersonation that is no object',
    {service_account_impersonation: 3600},
    '"service_account_impersonation" that is not an object',
  ],
  [
    'a life that is text',
    {service_account_impersonation: {token_lifetime_seconds: '3600'}},
    'Its key "token_lifetime_seconds" is "3600"',
  ],
  [
    'a life that is too short',
    {service_account_impersonation: {token_lifetime_seconds: 60}},
    'Its key "token_lifetime_seconds" is 60',
  ],
  [
    'a life without the service account that it is of',
    {service_account_impersonation_url: undefined},
    'has a token_lifetime_seconds and no service_account_impersonation_url',
  ],
  ['a quota project with a space', {quota_project_id: 'a b'}, 'Its key "quota_project_id"'],
  ['a universe that is a URL', {universe_domain: 'https://x.goog'}, 'Its key "universe_domain"'],
  ['a universe that is a number', {universe_domain: 1}, 'Its key "universe_domain" is 1'],
];

describe('the content of a credential file', () => {
  for (const [title, change, ...says] of INVALID) {
    it(`is refused with ${title}`, () => {
      const error = assertRefused(() => parse(change), {
        code: 'CREDENTIAL_FILE_INVALID',
        says: ['The credential file "/etc/gcp.json"', ...says],
      });
      assert.equal(error.step, 'config');
    });
  }

  it('is refused when it is no object, and is not quoted: it may be a key', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC';
    const text = JSON.stringify({type: 'service_account', private_key: key});
    for (const [value, shown] of [
      [null, 'null'],
      [undefined, 'a value of type undefined'],
      [42, '42'],
      [[FILE], 'an array'],
      [text, 'a string'],
      [key, 'a string'],
      [Buffer.from(text), 'a Buffer'],
      [Promise.resolve(FILE), 'a Promise'],
    ] as const) {
      for (const [path, fix] of [
        ['/etc/gcp.json', 'gcloud iam workload-identity-pools'],
        [undefined, 'the object that JSON.parse() makes of the file, or the path'],
      ] as const) {
        const error = assertRefused(() => parseCredentialFile(value, {...NO_TRUST, path}), {
          code: 'CREDENTIAL_FILE_INVALID',
          says: [`is not a JSON object but ${shown}.`, fix],
        });
        assertHidden(printed(error), {key: key.slice(-20)});
      }
    }
  });

  it('is refused with an audience that is no provider of a workload identity pool', () => {
    const workforce = '//iam.googleapis.com/locations/global/workforcePools/p/providers/x';
    for (const [audience, says] of [
      [AUDIENCE.replace('123456789012', 'my-project'), 'gcloud projects describe my-project'],
      [workforce, 'workforce pool'],
      [undefined, 'Its key "audience" is missing'],
    ] as const) {
      assertRefused(() => parse({audience}), {
        code: 'INVALID_AUDIENCE',
        says: ['The credential file "/etc/gcp.json" cannot be used. ', says],
      });
    }
  });

  const UNTRUSTED: readonly Refused[] = [
    ['a token URL elsewhere', {token_url: 'https://sts.evil.com/v1/token'}, '"tokenUrl"'],
    ['a token URL of a longer host', {token_url: 'https://sts.googleapis.com.evil.com/'}, '"sts.g'],
    ['a token URL of a path', {token_url: 'https://evil.com/sts.googleapis.com'}, '"evil.com"'],
    ['a token URL of a port', {token_url: 'https://sts.googleapis.com:8443/'}, ':8443'],
    ['a token URL of another service', {token_url: IMPERSONATION}, '"iamcredentials.google'],
    [
      'an impersonation URL elsewhere',
      {service_account_impersonation_url: IMPERSONATION.replace('googleapis', 'evil')},
      'leads to "iamcredentials.evil.com"',
      '"serviceAccountImpersonationUrl"',
    ],
    [
      'an impersonation URL at Google STS',
      {service_account_impersonation_url: IMPERSONATION.replace('iamcredentials', 'sts')},
      'leads to "sts.googleapis.com"',
    ],
    ['a universe made up', {universe_domain: 'evil.com'}, '"universe_domain" is "evil.com"'],
    [
      'Google’s hosts in another universe',
      {universe_domain: 'example.goog'},
      "not Google's sts.example.goog",
    ],
  ];
  for (const [title, change, ...says] of UNTRUSTED) {
    it(`is not trusted with ${title}`, () => {
      assertRefused(() => parse(change), {
        code: 'UNTRUSTED_URL',
        says: ['The credential file "/etc/gcp.json" cannot be used. Its key "', ...says],
      });
    });
  }

  it('is trusted with what the caller’s code says itself', () => {
    const evil = {token_url: 'https://sts.evil.com', service_account_impersonation_url: 'nonsense'};
    const file = parse(evil, {ignoreTokenUrl: true, ignoreImpersonationUrl: true});
    assert.equal(file.tokenUrl, undefined);
    assert.equal(file.serviceAccountImpersonationUrl, undefined);
    const universe = {
      universe_domain: 'cloud.example.com',
      token_url: 'https://sts.cloud.example.com/v1/token',
      service_account_impersonation_url: undefined,
      service_account_impersonation: undefined,
    };
    assert.equal(parse(universe, {universes: ['cloud.example.com']}).tokenUrl, universe.token_url);
    assertRefused(() => parse(universe), {code: 'UNTRUSTED_URL', says: ['cloud.example.com']});
  });

  it('says what it says', () => {
    assert.deepEqual(parse({quota_project_id: 'my-project'}), {
      audience: AUDIENCE,
      universeDomain: 'googleapis.com',
      tokenUrl: 'https://sts.googleapis.com/v1/token',
      serviceAccountImpersonationUrl: IMPERSONATION,
      tokenLifetimeSeconds: 1800,
      quotaProjectId: 'my-project',
      credentialSource: SOURCE,
    });
  });

  it('leaves what it does not say to the defaults', () => {
    const {type, subject_token_type} = FILE;
    const {environment_id, regional_cred_verification_url} = SOURCE;
    const credential_source = {environment_id, regional_cred_verification_url};
    assert.deepEqual(
      parseCredentialFile(
        {type, audience: AUDIENCE, subject_token_type, credential_source},
        NO_TRUST,
      ),
      {
        audience: AUDIENCE,
        universeDomain: 'googleapis.com',
        tokenUrl: undefined,
        serviceAccountImpersonationUrl: undefined,
        tokenLifetimeSeconds: undefined,
        quotaProjectId: undefined,
        credentialSource: credential_source,
      },
    );
  });
});

describe('a credential file', () => {
  it('with a path that is absurd is unreadable', () => {
    const code: AwsAuthErrorCode = 'CREDENTIAL_FILE_UNREADABLE';
    assertRefused(() => readCredentialFile('a\u0000b'), {code, says: ['ERR_INVALID_ARG_VALUE']});
  });

  const KEY = `{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\n${'MIIEvQIBADANBgkqhkiG9w0B'.repeat(80)}"}`;
  for (const [title, path] of [
    ['whole', KEY],
    ['in lines and quotes', `'${JSON.stringify(JSON.parse(KEY), null, 2)}'`],
    ['short enough for a file name', KEY.slice(0, 120)],
    ['in base64', Buffer.from(KEY).toString('base64')],
    [
      'in lines and base64',
      Buffer.from(JSON.stringify(JSON.parse(KEY), null, 2)).toString('base64'),
    ],
  ] as const) {
    it(`whose content stands where its path belongs is not quoted: it may be a key (${title})`, () => {
      const error = thrownBy(() => readCredentialFile(path));
      assert.equal(error.code, 'INVALID_OPTION');
      assert.match(error.message, /GOOGLE_APPLICATION_CREDENTIALS.*AwsAuthClient\.fromJSON\(\)/);
      const inBase64 = Buffer.from(KEY).toString('base64').slice(0, 12);
      assertHidden(printed(error), {key: 'MIIEvQIBADAN', word: 'service_account', inBase64});
    });
  }

  it('with an odd name is read all the same', () => {
    const folder = mkdtempSync(join(tmpdir(), 'credential-file-'));
    const path = join(folder, '{a BEGIN PRIVATE KEY}.json');
    writeFileSync(path, '{"a": 1}');
    assert.deepEqual(readCredentialFile(path), {a: 1});
    rmSync(folder, {recursive: true});
  });
});
