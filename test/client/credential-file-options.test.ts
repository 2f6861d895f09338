import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import sinon from 'sinon';
import {AwsAuthClient} from '../../src/client/aws-auth-client.js';
import type {CredentialFileOverrides} from '../../src/client/credential-file-options.js';
import {
  createExternalAccountConfig,
  type ExternalAccountConfigOptions,
} from '../../src/config/external-account-config.js';
import {assertRefused} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const OTHER = 'other@my-project.iam.gserviceaccount.com';
const PRIVATE_KEY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ';

const config = (options: Partial<ExternalAccountConfigOptions> = {}) =>
  createExternalAccountConfig({audience: AUDIENCE, ...options});
const FILE = config({serviceAccountEmail: EMAIL, tokenLifetimeSeconds: 1800});

describe('AwsAuthClient.fromJSON()', () => {
  const ROUND_TRIPS: readonly Partial<ExternalAccountConfigOptions>[] = [
    {},
    {enableImdsv2: true},
    {serviceAccountEmail: EMAIL},
    {serviceAccountEmail: EMAIL, tokenLifetimeSeconds: 43_200, enableImdsv2: true},
    {serviceAccountEmail: EMAIL, quotaProjectId: 'my-project'},
    {universeDomain: 'example.goog', serviceAccountEmail: EMAIL},
    {stsLocation: 'us-central1'},
    {tokenUrl: 'https://sts.mtls.googleapis.com/v1/token'},
    {tokenUrl: 'http://127.0.0.1:8080/v1/token'},
    {
      serviceAccountImpersonationUrl: `https://iamcredentials.mtls.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`,
    },
  ];
  for (const options of ROUND_TRIPS) {
    it(`and toJSON() give the same file back, made with ${JSON.stringify(options)}`, () => {
      const file = config(options);
      const back = AwsAuthClient.fromJSON(file).toJSON();
      assert.equal(JSON.stringify(back, null, 2), JSON.stringify(file, null, 2));
    });
  }

  const QUERY = '?Action=GetCallerIdentity&Version=2011-06-15';
  const SOURCES: readonly (readonly [title: string, change: Record<string, string>])[] = [
    ['a fixed region’s AWS endpoint', endpoint(`https://sts.eu-west-1.amazonaws.com${QUERY}`)],
    ['the global AWS endpoint', endpoint(`https://sts.amazonaws.com${QUERY}`)],
    ['a slash before the query', endpoint(`https://sts.{region}.amazonaws.com/${QUERY}`)],
    ['IMDSv2', {imdsv2_session_token_url: 'http://169.254.169.254/latest/api/token'}],
    ['IPv6 metadata', {url: 'http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials'}],
  ];
  function endpoint(url: string) {
    return {regional_cred_verification_url: url};
  }
  for (const [title, change] of SOURCES) {
    it(`keeps ${title} of another author’s file`, () => {
      const file = {...FILE, credential_source: {...FILE.credential_source, ...change}};
      assert.deepEqual(AwsAuthClient.fromJSON(file).toJSON(), file);
    });
  }

  it('reads files of other authors: any order, more keys, fewer keys', () => {
    const reversed: unknown = Object.fromEntries(
      Object.entries({
        ...FILE,
        comment: 'made by hand',
        client_id: 'x',
        token_info_url: 7,
      }).reverse(),
    );
    assert.deepEqual(AwsAuthClient.fromJSON(reversed).toJSON(), FILE);
    const {universe_domain, token_url, ...fewer} = FILE;
    assert.ok(universe_domain && token_url);
    assert.deepEqual(AwsAuthClient.fromJSON(fewer).toJSON(), FILE);
  });

  it('leaves the caller’s objects as they are, and takes frozen ones', () => {
    const file = deepFreeze(structuredClone(FILE));
    const overrides = deepFreeze({
      scopes: ['https://www.googleapis.com/auth/devstorage.read_only'],
    });
    assert.deepEqual(AwsAuthClient.fromJSON(file, overrides).toJSON(), FILE);
  });

  it('lets what code says win over the file', () => {
    const audience = AUDIENCE.replace('aws-pool', 'other-pool');
    const client = AwsAuthClient.fromJSON(FILE, {
      audience,
      serviceAccountEmail: OTHER,
      tokenLifetimeSeconds: 900,
      quotaProjectId: 'payer',
      tokenUrl: 'https://sts.example.com/v1/token',
      projectId: 'my-project',
    });
    const json = client.toJSON();
    assert.equal(json.audience, audience);
    assert.equal(client.getServiceAccountEmail(), OTHER);
    assert.match(json.service_account_impersonation_url ?? '', /\/other@my-project/);
    assert.deepEqual(json.service_account_impersonation, {token_lifetime_seconds: 900});
    assert.equal(json.quota_project_id, 'payer');
    assert.equal(json.token_url, 'https://sts.example.com/v1/token');
    assert.equal(client.projectId, 'my-project');
  });

  it('takes an override of undefined for none', () => {
    const overrides = {audience: undefined, tokenUrl: undefined, serviceAccountEmail: undefined};
    const client = AwsAuthClient.fromJSON(FILE, overrides as unknown as CredentialFileOverrides);
    assert.deepEqual(client.toJSON(), FILE);
  });

  it('refuses overrides that are not known, or no object', () => {
    for (const overrides of [{serviceAccount: OTHER}, null, 'x', [], 5]) {
      assertRefused(() => AwsAuthClient.fromJSON(FILE, overrides as CredentialFileOverrides), {
        code: 'INVALID_OPTION',
        says: [/"serviceAccount" is not known|"options" is/],
      });
    }
  });

  it('refuses a fixed region that Google does not ask', () => {
    const regional_cred_verification_url = `https://sts.us-iso-east-1.amazonaws.com${QUERY}`;
    const credential_source = {...FILE.credential_source, regional_cred_verification_url};
    assertRefused(() => AwsAuthClient.fromJSON({...FILE, credential_source}), {
      code: 'AWS_REGION_INVALID',
      says: ['us-iso-east-1'],
    });
  });

  it('trusts another universe and other hosts where code or the environment names them', () => {
    const file = {
      ...config({serviceAccountEmail: EMAIL, universeDomain: 'cloud.example.com'}),
      token_url: 'https://sts.cloud.example.com/v1/token',
    };
    const untrusted = {code: 'UNTRUSTED_URL', says: ['"cloud.example.com"']} as const;
    const sandbox = sinon.createSandbox();
    try {
      sandbox.stub(process, 'env').value({});
      assertRefused(() => AwsAuthClient.fromJSON(file), untrusted);
      assertRefused(() => AwsAuthClient.fromJSON(file, {universeDomain: 'example.org'}), untrusted);
      const named = AwsAuthClient.fromJSON(file, {universeDomain: 'cloud.example.com'});
      assert.deepEqual(named.toJSON(), file);
      sandbox.stub(process, 'env').value({GOOGLE_CLOUD_UNIVERSE_DOMAIN: 'cloud.example.com'});
      assert.deepEqual(AwsAuthClient.fromJSON(file).toJSON(), file);
    } finally {
      sandbox.restore();
    }
    const elsewhere = {...FILE, token_url: 'https://sts.example.com/v1/token'};
    assertRefused(() => AwsAuthClient.fromJSON(elsewhere), {
      code: 'UNTRUSTED_URL',
      says: ['the option "tokenUrl"'],
    });
    assert.deepEqual(
      AwsAuthClient.fromJSON(elsewhere, {tokenUrl: elsewhere.token_url}).toJSON(),
      elsewhere,
    );
  });
});

describe('AwsAuthClient.fromFile()', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'credential-file-'))));
  after(() => rmSync(folder, {recursive: true}));
  afterEach(() => sinon.restore());

  function write(name: string, content: string | Buffer): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  it('reads the file at the path', () => {
    const path = write('good.json', JSON.stringify(FILE));
    assert.deepEqual(AwsAuthClient.fromFile(path).toJSON(), FILE);
    const client = AwsAuthClient.fromFile(path, {serviceAccountEmail: OTHER});
    assert.equal(client.getServiceAccountEmail(), OTHER);
  });

  it('reads a file with the byte order mark that some editors leave', () => {
    const path = write('bom.json', `\uFEFF${JSON.stringify(FILE)}\r\n`);
    assert.deepEqual(AwsAuthClient.fromFile(path).toJSON(), FILE);
  });

  it('reads the file that GOOGLE_APPLICATION_CREDENTIALS names, where no path is given', () => {
    const path = write('named.json', JSON.stringify(FILE));
    sinon.stub(process, 'env').value({GOOGLE_APPLICATION_CREDENTIALS: path});
    assert.deepEqual(AwsAuthClient.fromFile().toJSON(), FILE);
    assert.deepEqual(AwsAuthClient.fromFile(undefined, {scopes: 'a'}).toJSON(), FILE);
  });

  it('says so where no file is named', () => {
    const expected = {
      code: 'CREDENTIAL_FILE_NOT_FOUND',
      says: ['No credential file is named', 'set GOOGLE_APPLICATION_CREDENTIALS'],
    } as const;
    sinon.stub(process, 'env').value({GOOGLE_APPLICATION_CREDENTIALS: ''});
    assertRefused(() => AwsAuthClient.fromFile(), expected);
    assertRefused(() => AwsAuthClient.fromFile(''), expected);
  });

  it('says so where the file is missing', () => {
    const path = join(folder, 'missing.json');
    assertRefused(() => AwsAuthClient.fromFile(path), {
      code: 'CREDENTIAL_FILE_NOT_FOUND',
      says: [JSON.stringify(path), 'create-cred-config'],
    });
  });

  it('refuses a path that is no string, such as the number of an open file', () => {
    for (const path of [0, 12_345, null, true, {}, new URL('file:///etc/gcp.json')]) {
      assertRefused(() => AwsAuthClient.fromFile(path as unknown as string), {
        code: 'INVALID_OPTION',
        says: ['"path" is', 'Give the path of the file'],
      });
    }
  });

  it('says so where the path is a folder', () => {
    const path = join(folder, 'folder');
    mkdirSync(path);
    assertRefused(() => AwsAuthClient.fromFile(path), {
      code: 'CREDENTIAL_FILE_UNREADABLE',
      says: ['EISDIR', 'it must be a file'],
    });
  });

  it('says so where this user may not read the file; the superuser may', () => {
    const path = write('locked.json', JSON.stringify(FILE));
    chmodSync(path, 0o000);
    if (process.getuid?.() === 0 || process.platform === 'win32') {
      assert.deepEqual(AwsAuthClient.fromFile(path).toJSON(), FILE);
    } else {
      assertRefused(() => AwsAuthClient.fromFile(path), {
        code: 'CREDENTIAL_FILE_UNREADABLE',
        says: ['EACCES', 'Let the user that runs this process read it'],
      });
    }
  });

  const NOT_JSON: readonly (readonly [title: string, content: string | Buffer])[] = [
    ['empty', ''],
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${PRIVATE_KEY}\n-----END PRIVATE KEY-----\n`],
    ['cut short', `{"type": "service_account", "private_key": "${PRIVATE_KEY}`],
    ['with a comma too many', `{"private_key": "${PRIVATE_KEY}",}`],
    ['UTF-16', Buffer.from(`\uFEFF${JSON.stringify({private_key: PRIVATE_KEY})}`, 'utf16le')],
    ['shell', `export KEY=${PRIVATE_KEY}`],
  ];
  for (const [title, content] of NOT_JSON) {
    it(`refuses a file that is ${title}, and quotes nothing of it`, () => {
      const path = write('not.json', content);
      const error = assertRefused(() => AwsAuthClient.fromFile(path), {
        code: 'CREDENTIAL_FILE_INVALID',
        says: [JSON.stringify(path), 'is not JSON', 'Make it anew'],
      });
      assert.equal(error.cause, undefined);
      assertHidden(printed(error), {key: PRIVATE_KEY, start: PRIVATE_KEY.slice(0, 8)});
    });
  }

  it('quotes nothing of a service-account key, whether an object or a string', () => {
    const key = {type: 'service_account', private_key: PRIVATE_KEY, project_id: 'my-project'};
    for (const content of [JSON.stringify(key), JSON.stringify(JSON.stringify(key))]) {
      const path = write('key.json', content);
      const error = assertRefused(() => AwsAuthClient.fromFile(path), {
        code: 'CREDENTIAL_FILE_INVALID',
        says: [`The credential file ${JSON.stringify(path)}`, /delete the key|but a string/],
      });
      assertHidden(printed(error), {key: PRIVATE_KEY, start: PRIVATE_KEY.slice(0, 8)});
    }
  });
});

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
