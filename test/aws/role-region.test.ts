import assert from 'node:assert/strict';
import {createHash, generateKeyPairSync} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import nock from 'nock';
import sinon from 'sinon';
import {awsIdentityReader} from '../../src/client/aws-identity.js';
import {resolveOptions, type AwsAuthClientOptions} from '../../src/client/options.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {assertRejected} from '../support/refusal.js';

// Others in this process go to real sockets.
nock.restore();

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const ROLE = 'arn:aws-us-gov:iam::111122223333:role/demo-role';
const REFUSAL =
  '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not today</Message></Error></ErrorResponse>';

describe('the region whose AWS STS is asked for a role', () => {
  const environment = awsEnvironment();

  beforeEach(async () => {
    const file = join(environment.folder, 'config');
    const role = `role_arn = ${ROLE}\n`;
    await writeFile(
      file,
      [
        `[profile assumed]\n${role}source_profile = base\n`,
        `[profile placed]\n${role}source_profile = base\nregion = us-gov-east-1\n`,
        `[profile web]\n${role}web_identity_token_file = ${file}\n`,
        '[profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n',
      ].join(''),
    );
    environment.set({AWS_CONFIG_FILE: file});
    nock.activate();
    nock.disableNetConnect();
  });

  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
  });

  /** Fails unless AWS STS of this region alone is asked. */
  const assertAsked = async (region: string, options: Partial<AwsAuthClientOptions> = {}) => {
    const sts = nock(`https://sts.${region}.amazonaws.com`).post('/').reply(403, REFUSAL);
    const read = awsIdentityReader(resolveOptions({audience: AUDIENCE, ...options}));
    await assertRejected(read(), {code: 'AWS_CREDENTIALS_UNAVAILABLE', says: ['not today']});
    assert.ok(sts.isDone());
  };

  const SOURCES: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
    'a profile’s role': () => ({AWS_PROFILE: 'assumed'}),
    'a profile’s web identity': () => ({AWS_PROFILE: 'web'}),
    'a web identity': () => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: join(environment.folder, 'config'),
      AWS_ROLE_ARN: ROLE,
    }),
  };
  for (const [title, variables] of Object.entries(SOURCES)) {
    it(`is that of AWS_DEFAULT_REGION, of AWS_REGION and of awsRegion, for ${title}`, async () => {
      environment.set({...variables(), AWS_DEFAULT_REGION: 'us-gov-west-1'});
      await assertAsked('us-gov-west-1');
      environment.set({AWS_REGION: 'us-gov-east-1'});
      await assertAsked('us-gov-east-1');
      await assertAsked('us-gov-west-1', {awsRegion: 'us-gov-west-1'});
      await assertAsked('us-gov-west-1', {awsRegion: () => Promise.resolve('us-gov-west-1')});
    });
  }

  it('is that which renews a console login, too', async () => {
    const session = 'arn:aws:iam::111122223333:user/demo';
    const file = join(environment.folder, 'config');
    await writeFile(file, `[default]\nlogin_session = ${session}\n`);
    const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
    const name = createHash('sha256').update(session).digest('hex');
    await writeFile(
      join(environment.folder, `${name}.json`),
      JSON.stringify({
        accessToken: {accountId: '111122223333', expiresAt: '2001-01-01T00:00:00Z'},
        clientId: 'the-cli',
        refreshToken: 'x',
        dpopKey: privateKey.export({type: 'sec1', format: 'pem'}),
      }),
    );
    environment.set({
      AWS_LOGIN_CACHE_DIRECTORY: environment.folder,
      AWS_DEFAULT_REGION: 'us-west-2',
    });
    const signIn = nock('https://us-west-2.signin.aws.amazon.com')
      .post('/v1/token')
      .reply(400, {error: 'TOKEN_EXPIRED'}, {'x-amzn-errortype': 'AccessDeniedException'});
    await assertRejected(awsIdentityReader(resolveOptions({audience: AUDIENCE}))(), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: ['Your session has expired', 'aws login --profile default'],
    });
    assert.ok(signIn.isDone());
  });

  it('is us-east-1 where nobody names one, of which nothing is said on the console', async () => {
    const warn = sinon.stub(console, 'warn');
    try {
      for (const variables of Object.values(SOURCES)) {
        environment.set({AWS_PROFILE: '', AWS_EC2_METADATA_DISABLED: 'true', ...variables()});
        await assertAsked('us-east-1');
      }
      assert.deepEqual(warn.args, []);
    } finally {
      warn.restore();
    }
  });

  it('is the profile’s own before all, as in the AWS SDK', async () => {
    environment.set({AWS_PROFILE: 'placed', AWS_DEFAULT_REGION: 'us-gov-west-1'});
    await assertAsked('us-gov-east-1', {awsRegion: 'us-gov-west-1'});
  });
});
