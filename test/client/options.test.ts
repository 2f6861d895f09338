import assert from 'node:assert/strict';
import {gaxios} from 'google-auth-library';
import sinon from 'sinon';
import {AwsAuthClient} from '../../src/client/aws-auth-client.js';
import {resolveOptions, type AwsAuthClientOptions} from '../../src/client/options.js';
import {assertRefused} from '../support/refusal.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const MIDDLE = 'middle@my-project.iam.gserviceaccount.com';
const IMPERSONATION = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`;
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
const READ_ONLY = 'https://www.googleapis.com/auth/devstorage.read_only';
const ROLE = 'arn:aws:iam::111122223333:role/demo-role';
const KEYS = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfi'};

const USER = 'alice@example.com';

function resolve(options: Partial<AwsAuthClientOptions> = {}, endpoint?: string) {
  return resolveOptions({audience: AUDIENCE, ...options}, endpoint);
}

// By option: what JavaScript can give although TypeScript would not let it, and the fix that the
// message must name.
const REFUSED: Readonly<
  Record<
    Exclude<keyof AwsAuthClientOptions, 'audience' | 'awsRegion'>,
    readonly [values: readonly unknown[], fix: string | RegExp]
  >
> = {
  serviceAccountEmail: [
    [null, 1, true, {}, [EMAIL], '', 'nobody', `serviceAccount:${EMAIL}`, `${EMAIL}\n`],
    'NAME@PROJECT_ID.iam.gserviceaccount.com',
  ],
  delegates: [
    [null, 1, EMAIL, {}, new Set([EMAIL]), [EMAIL, 'nobody'], [null], [[EMAIL]], [MIDDLE]],
    /array of e-mails|gcloud iam service-accounts list|name the service account/,
  ],
  tokenLifetimeSeconds: [
    [null, '3600', 0, 599, 43_201, 3600.5, Number.NaN, Infinity, -3600, [], 3600],
    /Leave it out for 3600|name the service account/,
  ],
  scopes: [
    [null, 1, {}, [], '', '  ', [''], [null], [CLOUD_PLATFORM, 1], ['a b'], ['a"b'], 'a\nb', ['é']],
    CLOUD_PLATFORM,
  ],
  subject: [
    [null, 1, {}, [], '', 'alice', 'alice@', '@example.com', 'a b@example.com', 'a@b', `${USER}\n`],
    'such as alice@example.com',
  ],
  projectId: [[null, 1, {}, '', ' ', 'my project', 'a/b'], 'gcloud config get project'],
  quotaProjectId: [[null, 1, {}, '', 'a\r\nx-evil: 1', 'a b'], 'gcloud config get project'],
  universeDomain: [[null, 1, {}, '', 'https://googleapis.com', 'x'], 'Leave it out for googleapis'],
  awsCredentials: [
    [null, 1, 'x', {}, [], {accessKeyId: 'x'}, {...KEYS, secretAccessKey: 'a\nb'}],
    'exactly as AWS gave them',
  ],
  assumeRole: [
    [
      null,
      1,
      ROLE,
      {},
      [ROLE],
      {roleArn: ''},
      {roleArn: 'demo-role'},
      {roleArn: 1},
      {roleArn: 'arn:aws-cn:iam::111122223333:role/demo-role'},
      {roleArn: 'arn:aws:iam::1111:role/demo-role'},
      {roleArn: 'arn:aws:iam::111122223333:user/demo'},
      {roleArn: 'arn:aws:sts::111122223333:assumed-role/demo-role/session'},
      {roleArn: `${ROLE}\n`},
      {roleArn: `${ROLE} `},
      {roleArn: ROLE, sessionName: ''},
      {roleArn: ROLE, sessionName: 'a'},
      {roleArn: ROLE, sessionName: 'a'.repeat(65)},
      {roleArn: ROLE, sessionName: 'a session'},
      {roleArn: ROLE, sessionName: null},
      {roleArn: ROLE, externalId: ''},
      {roleArn: ROLE, externalId: 'a b'},
      {roleArn: ROLE, externalId: 'a'.repeat(1225)},
      {roleArn: ROLE, externalId: 42},
      {roleArn: ROLE, durationSeconds: 899},
      {roleArn: ROLE, durationSeconds: 43_201},
      {roleArn: ROLE, durationSeconds: 900.5},
      {roleArn: ROLE, durationSeconds: '3600'},
      {roleArn: ROLE, durationSeconds: Number.NaN},
      {roleArn: ROLE, durationSeconds: null},
      {roleArn: ROLE, RoleArn: ROLE},
      {roleArn: ROLE, policy: '{}'},
    ],
    /Give at least \{roleArn\}|arn:aws:iam::ACCOUNT_ID:role\/NAME|2 to 64|2 to 1224|Leave it out for an hour|It takes roleArn/,
  ],
  timeouts: [
    [
      null,
      1000,
      [],
      {attemptMillis: 0},
      {attemptMillis: 1.5},
      {attemptMillis: '10'},
      {totalMillis: 600_001},
      {totalMillis: null},
      {seconds: 3},
    ],
    /Its fields are|Leave it out for the default|There is attemptMillis, totalMillis/,
  ],
  retry: [
    [null, 3, [], {maxAttempts: 0}, {maxAttempts: 11}, {maxAttempts: '4'}, {attempts: 3}],
    /Its fields are|Leave it out for the default|There is maxAttempts/,
  ],
  tokenUrl: [
    [
      null,
      1,
      {},
      '',
      'sts',
      'http://sts.googleapis.com/v1/token',
      'https://a:b@c.com',
      'https://x#y',
    ],
    /absolute https URL|Plain http/,
  ],
  serviceAccountImpersonationUrl: [
    [null, 1, {}, '', 'x', 'https://iamcredentials.googleapis.com/', IMPERSONATION.slice(5)],
    /absolute https URL|EMAIL:generateAccessToken/,
  ],
  oauthTokenUrl: [
    [null, 1, {}, '', 'oauth2', 'http://oauth2.googleapis.com/token', 'https://a:b@c.com'],
    /absolute https URL|Plain http/,
  ],
  transporter: [[null, 1, 'x', {}, [], {request: 'x'}, gaxios.Gaxios], 'Give a Gaxios instance'],
  transporterOptions: [[null, 1, 'x', [], () => ({})], 'Give Gaxios options'],
  eagerRefreshThresholdMillis: [
    [null, '300000', 0, -1, Number.NaN, Infinity, {}],
    'Leave it out for 300000',
  ],
  forceRefreshOnFailure: [[null, 0, 1, 'true', {}], 'Give true or false'],
  clock: [[null, 0, new Date(), 'now', {}], 'such as Date.now'],
};

describe('the options of AwsAuthClient', () => {
  for (const [option, [values, fix]] of Object.entries(REFUSED)) {
    it(`are refused with an unusable ${option}, which the message names, with the fix`, () => {
      for (const value of values) {
        const options = {audience: AUDIENCE, [option]: value};
        const error = assertRefused(() => new AwsAuthClient(options), {
          code: 'INVALID_OPTION',
          says: [`"${option}`, fix],
        });
        assert.equal(error.step, 'config');
      }
    });
  }

  it('are refused with a region that is none, at construction', () => {
    for (const awsRegion of [null, 1, '', {}, [], 'cn-north-1', 'us-east-1a', 'moon-1']) {
      const error = assertRefused(
        () => new AwsAuthClient({audience: AUDIENCE, awsRegion: awsRegion as string}),
        {code: 'AWS_REGION_INVALID', says: [/"awsRegion"|China/]},
      );
      assert.equal(error.step, 'aws-region');
    }
  });

  it('are refused without an audience, or with one that is no provider’s name', () => {
    for (const audience of [undefined, null, '', 1, {}, 'my-pool', `${AUDIENCE}/`]) {
      assertRefused(() => new AwsAuthClient({audience: audience as string}), {
        code: 'INVALID_AUDIENCE',
        says: ['audience', 'projects/PROJECT_NUMBER/locations/global'],
      });
    }
  });

  it('with a project id in place of the number get the command that prints it', () => {
    const audience = AUDIENCE.replace('123456789012', 'my-project');
    assertRefused(() => new AwsAuthClient({audience}), {
      code: 'INVALID_AUDIENCE',
      says: [
        'names the project by its id, "my-project"',
        'gcloud projects describe my-project --format="value(projectNumber)"',
      ],
    });
  });

  it('are refused when they are no object', () => {
    for (const options of [undefined, null, 'x', 1, [AUDIENCE], () => ({})]) {
      assertRefused(() => new AwsAuthClient(options as unknown as AwsAuthClientOptions), {
        code: 'INVALID_OPTION',
        says: ['"options" is', 'Give at least {audience}'],
      });
    }
  });

  it('are refused when the URL and the e-mail name two service accounts', () => {
    assertRefused(
      () => resolve({serviceAccountEmail: MIDDLE, serviceAccountImpersonationUrl: IMPERSONATION}),
      {
        code: 'INVALID_OPTION',
        says: [`"serviceAccountImpersonationUrl" is for "${EMAIL}"`, `"${MIDDLE}"`, 'Leave one'],
      },
    );
  });

  it('are refused when they concern a service account and name none', () => {
    for (const [name, value] of [
      ['tokenLifetimeSeconds', 3600],
      ['delegates', [MIDDLE]],
    ] as const) {
      assertRefused(() => resolve({[name]: value}), {
        code: 'INVALID_OPTION',
        says: [`"${name}" is given without "serviceAccountEmail"`],
      });
    }
    assert.deepEqual(resolve({delegates: []}).serviceAccount, undefined);
  });

  it('are refused when a user is to be acted for by nobody, or in no scope', () => {
    assertRefused(() => resolve({subject: USER, scopes: READ_ONLY}), {
      code: 'INVALID_OPTION',
      says: ['"subject" is given without "serviceAccountEmail"', 'domain-wide delegation'],
    });
    assertRefused(() => resolve({subject: USER, serviceAccountEmail: EMAIL}), {
      code: 'INVALID_OPTION',
      says: ['"scopes" is missing beside "subject"', 'https://www.googleapis.com/auth/calendar'],
    });
  });

  it('are refused when options would not reach the transporter', () => {
    assertRefused(() => resolve({transporter: new gaxios.Gaxios(), transporterOptions: {}}), {
      code: 'INVALID_OPTION',
      says: ['"transporterOptions" is given beside "transporter"'],
    });
  });
});

describe('resolved options', () => {
  afterEach(() => sinon.restore());

  it('have every default', async () => {
    sinon.stub(process, 'env').value({AWS_REGION: 'sa-east-1'});
    const {credentialSource, region, steadyClock, ...rest} = resolve();
    assert.ok(Math.abs((steadyClock?.() ?? NaN) - performance.now()) < 60_000);
    assert.deepEqual(rest, {
      audience: AUDIENCE,
      serviceAccount: undefined,
      scopes: [CLOUD_PLATFORM],
      subject: undefined,
      projectId: undefined,
      quotaProjectId: undefined,
      universeDomain: 'googleapis.com',
      callerIdentityEndpoint:
        'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
      tokenUrl: 'https://sts.googleapis.com/v1/token',
      transporter: undefined,
      ownDelivery: true,
      eagerRefreshThresholdMillis: 300_000,
      forceRefreshOnFailure: false,
      retryPolicy: {
        maxAttempts: 4,
        attemptTimeoutMillis: 10_000,
        totalTimeoutMillis: 30_000,
      },
      clock: Date.now,
    });
    assert.equal(typeof credentialSource, 'function');
    assert.deepEqual(await region(), {region: 'sa-east-1', source: 'AWS_REGION'});
  });

  it('have what is given', async () => {
    const transporter = new gaxios.Gaxios();
    const given = {
      scopes: [READ_ONLY, 'openid'],
      projectId: 'my-project',
      quotaProjectId: 'payer',
      universeDomain: 'cloud.example.com',
      tokenUrl: 'https://sts.example.com/v1/token',
      transporter,
      eagerRefreshThresholdMillis: 1000,
      forceRefreshOnFailure: true,
      clock: () => 7,
    };
    const awsRegion = () => Promise.resolve('eu-west-1');
    const awsCredentials = () => Promise.resolve(KEYS);
    const {credentialSource, region, serviceAccount, audience, callerIdentityEndpoint, ...rest} =
      resolve({
        ...given,
        timeouts: {attemptMillis: 1, totalMillis: 600_000},
        retry: {maxAttempts: 1},
        awsRegion,
        awsCredentials,
        audience: `https:${AUDIENCE}`,
      });
    assert.deepEqual(rest, {
      ...given,
      subject: undefined,
      steadyClock: undefined,
      ownDelivery: false,
      retryPolicy: {maxAttempts: 1, attemptTimeoutMillis: 1, totalTimeoutMillis: 600_000},
    });
    assert.equal(rest.transporter, transporter);
    assert.equal(audience, AUDIENCE);
    assert.equal(serviceAccount, undefined);
    assert.match(callerIdentityEndpoint, /\{region\}/);
    assert.deepEqual(await region(), {region: 'eu-west-1', source: 'awsRegion'});
    assert.equal((await credentialSource()).name, 'option');
    assert.deepEqual(await (await credentialSource()).read(), KEYS);
    const fixed = resolve({awsRegion: 'eu-west-2', awsCredentials: KEYS});
    assert.deepEqual(await fixed.region(), {region: 'eu-west-2', source: 'awsRegion'});
    assert.deepEqual(await (await fixed.credentialSource()).read(), KEYS);
  });

  it('name the service account, its delegates and its token’s life', () => {
    assert.deepEqual(resolve({serviceAccountEmail: EMAIL}).serviceAccount, {
      email: EMAIL,
      url: IMPERSONATION,
      delegates: [],
      lifetimeSeconds: 3600,
      lifetimeGiven: false,
    });
    const url = IMPERSONATION.replace('googleapis.com', 'example.org');
    assert.deepEqual(
      resolve({
        serviceAccountImpersonationUrl: url,
        delegates: [MIDDLE],
        tokenLifetimeSeconds: 3600,
      }).serviceAccount,
      {email: EMAIL, url, delegates: [MIDDLE], lifetimeSeconds: 3600, lifetimeGiven: true},
    );
    assert.equal(
      resolve({serviceAccountEmail: EMAIL, universeDomain: 'example.goog'}).serviceAccount?.url,
      IMPERSONATION.replace('googleapis.com', 'example.goog'),
    );
  });

  it('name the user to act for, and where that user’s token is asked for', () => {
    const given = {serviceAccountEmail: EMAIL, scopes: READ_ONLY, subject: USER};
    const google = 'https://oauth2.googleapis.com/token';
    assert.deepEqual(resolve(given).subject, {
      email: USER,
      oauthTokenUrl: google,
      assertionAudience: google,
    });
    const oauthTokenUrl = 'https://oauth2-mine.p.googleapis.com/token';
    assert.deepEqual(resolve({...given, oauthTokenUrl}).subject, {
      email: USER,
      oauthTokenUrl,
      assertionAudience: google,
    });
    const elsewhere = resolve({...given, universeDomain: 'example.goog'}).subject;
    assert.equal(elsewhere?.oauthTokenUrl, 'https://oauth2.example.goog/token');
    assert.equal(resolve({oauthTokenUrl}).subject, undefined, 'it waits for withSubject()');
    const byUrl = {serviceAccountImpersonationUrl: IMPERSONATION, scopes: READ_ONLY};
    for (const subject of ["o'neil+x@mail.example.co", 'a@b.cd']) {
      assert.equal(resolve({...byUrl, subject}).subject?.email, subject);
    }
  });

  it('refuse an empty list of scopes as what it is', () => {
    assertRefused(() => resolve({scopes: []}), {
      code: 'INVALID_OPTION',
      says: ['"scopes" is empty. '],
    });
  });

  it('refuse scopes that are joined by commas, as gcloud takes them, and say how several are given', () => {
    for (const scopes of [`${READ_ONLY},openid`, `${READ_ONLY}, openid`, [`${READ_ONLY},`]]) {
      assertRefused(() => resolve({scopes}), {
        code: 'INVALID_OPTION',
        says: [`"scopes" holds "${READ_ONLY},`, 'several are an array'],
      });
    }
  });

  it('take scopes as one string, as Google’s clients do', () => {
    assert.deepEqual(resolve({scopes: READ_ONLY}).scopes, [READ_ONLY]);
    assert.deepEqual(resolve({scopes: ` ${READ_ONLY}  openid `}).scopes, [READ_ONLY, 'openid']);
  });

  it('sign for the region of a file’s fixed endpoint, unless code names a region', async () => {
    const query = '?Action=GetCallerIdentity&Version=2011-06-15';
    const fixed = `https://sts.eu-west-1.amazonaws.com${query}`;
    sinon.stub(process, 'env').value({AWS_REGION: 'sa-east-1'});
    const source = 'credential file';
    assert.deepEqual(await resolve({}, fixed).region(), {region: 'eu-west-1', source});
    assert.equal(resolve({}, fixed).callerIdentityEndpoint, fixed);
    const government = `https://sts.us-gov-west-1.amazonaws.com${query}`;
    assert.deepEqual(await resolve({}, government).region(), {region: 'us-gov-west-1', source});
    const secret = `https://sts.us-iso-east-1.amazonaws.com${query}`;
    assertRefused(() => resolve({}, secret), {
      code: 'AWS_REGION_INVALID',
      says: ['"us-iso-east-1" (of credential file) is not an AWS region whose STS'],
    });
    const global = `https://sts.amazonaws.com${query}`;
    assert.deepEqual(await resolve({}, global).region(), {region: 'us-east-1', source});
    const overridden = resolve({awsRegion: 'ap-south-1'}, fixed);
    assert.deepEqual(await overridden.region(), {region: 'ap-south-1', source: 'awsRegion'});
    assert.match(overridden.callerIdentityEndpoint, /^https:\/\/sts\.\{region\}\.amazonaws\.com/);
  });

  it('are frozen, leave the caller’s objects as they are, and do not follow their changes', async () => {
    const scopes = [READ_ONLY];
    const delegates = [MIDDLE];
    const awsCredentials = {...KEYS};
    const options = {
      audience: AUDIENCE,
      serviceAccountEmail: EMAIL,
      scopes,
      delegates,
      awsCredentials,
    };
    const before = structuredClone(options);
    const resolved = resolveOptions(options);
    assert.deepEqual(options, before);
    for (const part of [resolved, resolved.scopes, resolved.serviceAccount]) {
      assert.ok(Object.isFrozen(part));
    }
    assert.ok(Object.isFrozen(resolved.serviceAccount?.delegates));
    scopes.push('openid');
    delegates.pop();
    awsCredentials.secretAccessKey = 'changed';
    assert.deepEqual(resolved.scopes, [READ_ONLY]);
    assert.deepEqual(resolved.serviceAccount?.delegates, [MIDDLE]);
    assert.deepEqual(await (await resolved.credentialSource()).read(), KEYS);
  });

  it('may be given deep-frozen', () => {
    const options = Object.freeze({
      audience: AUDIENCE,
      serviceAccountEmail: EMAIL,
      scopes: Object.freeze([READ_ONLY]),
      delegates: Object.freeze([MIDDLE]),
      awsCredentials: Object.freeze({...KEYS}),
      transporterOptions: Object.freeze({timeout: 1000}),
    });
    assert.equal(new AwsAuthClient(options).getServiceAccountEmail(), EMAIL);
  });
});
