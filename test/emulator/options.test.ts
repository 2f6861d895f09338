import assert from 'node:assert/strict';
import {
  defaultPolicy,
  PolicyError,
  startEmulator,
  type EmulatorOptions,
  type EmulatorPolicy,
  type Fault,
} from '../../src/emulator/index.js';
import {emulators} from './support/running.js';

const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool';

describe('startEmulator', () => {
  const start = emulators();

  it('points the SDKs at itself', async () => {
    const emulator = await start({region: 'eu-central-1'});
    assert.match(emulator.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      ...rest
    } = emulator.env;
    assert.match(uri, /^http:\/\/127\.0\.0\.1:\d+\/v2\/credentials\/[0-9a-f]{32}$/);
    assert.match(token, /^[\w-]{43}$/);
    assert.deepEqual(rest, {
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_STS: emulator.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      GOOGLE_CLOUD_PROJECT: 'my-project',
      STORAGE_EMULATOR_HOST: emulator.url,
    });
  });

  it("has a credential file's content, in gcloud's order", async () => {
    const emulator = await start();
    const {url} = emulator;
    const common = {
      universe_domain: 'googleapis.com',
      type: 'external_account',
      audience: `//${POOL}/providers/aws-test-account`,
      subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
      token_url: `${url}/v1/token`,
      credential_source: {
        environment_id: 'aws1',
        region_url: 'http://169.254.169.254/latest/meta-data/placement/availability-zone',
        url: 'http://169.254.169.254/latest/meta-data/iam/security-credentials',
        regional_cred_verification_url:
          'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
      },
    };
    const serviceAccountEmail = 'demo@my-project.iam.gserviceaccount.com';
    const impersonation = `${url}/v1/projects/-/serviceAccounts/${serviceAccountEmail}:generateAccessToken`;
    for (const [config, expected] of [
      [emulator.config, {...common, service_account_impersonation_url: impersonation}],
      [emulator.configFor(), {...common, token_info_url: `${url}/v1/introspect`}],
      [
        emulator.configFor({serviceAccountEmail, tokenLifetimeSeconds: 900}),
        {
          ...common,
          service_account_impersonation_url: impersonation,
          service_account_impersonation: {token_lifetime_seconds: 900},
        },
      ],
      [
        emulator.configFor({audience: '//other'}),
        {...common, audience: '//other', token_info_url: `${url}/v1/introspect`},
      ],
    ] as const) {
      assert.equal(JSON.stringify(config), JSON.stringify(expected));
    }
  });

  it('takes the port that it is given, and tells if it cannot be had', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await assert.rejects(startEmulator({port}), {code: 'EADDRINUSE'});
    await first.close();
    const second = await start({port});
    assert.equal(second.url, first.url);
  });

  it('takes the role that it is given, of any account that there is', async () => {
    const emulator = await start({
      taskRole: 'second',
      policy: {
        aws: {
          accounts: [
            {accountId: '111122223333', roles: [{name: 'first'}, {name: 'second'}]},
            {accountId: '444455556666', roles: [{name: 'third'}]},
          ],
        },
      },
    });
    assert.match(emulator.issueAwsCredentials().accessKeyId, /^ASIA/);
    emulator.issueAwsCredentials({role: 'first'});
    emulator.issueAwsCredentials({role: 'third', accountId: '444455556666'});
    for (const wrong of [
      {role: 'third'},
      {role: 'first', accountId: '444455556666'},
      {accountId: '000000000000'},
      {sessionName: 'a/b'},
      {sessionName: 'a'},
      {sessionName: 'a'.repeat(65)},
    ]) {
      assert.throws(() => emulator.issueAwsCredentials(wrong), TypeError);
    }
  });

  it('works with clouds in which there is nothing', async () => {
    const {google} = defaultPolicy();
    const emulator = await start({
      policy: {
        aws: {accounts: []},
        google: {...google, workloadIdentityPools: [], serviceAccounts: []},
      },
    });
    assert.throws(() => emulator.issueAwsCredentials(), {
      name: 'TypeError',
      message: 'The policy has no role in any AWS account. Its AWS accounts are: none.',
    });
    assert.equal(emulator.config.service_account_impersonation_url, undefined);
    const response = await fetch(emulator.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, {
      headers: {authorization: emulator.env.AWS_CONTAINER_AUTHORIZATION_TOKEN},
    });
    assert.equal(response.status, 500);
    assert.match(await response.text(), /The policy has no role/);
  });

  it('and what it gives say which key was meant where one is misspelt, as JavaScript lets it be', async () => {
    const refusal = (what: string, key: string, near: string, known: RegExp) => ({
      name: 'TypeError',
      message: new RegExp(
        `^${what} does not know "${key}"\\.${near === '' ? '' : ` Did you mean "${near}"\\?`} It knows ${known.source}\\.$`,
      ),
    });
    const misspelt = (given: object): object => given;
    await assert.rejects(
      startEmulator(misspelt({polcy: {}})),
      refusal('startEmulator\\(\\)', 'polcy', 'policy', /port, policy, .*, onRequest/),
    );
    await assert.rejects(
      startEmulator(misspelt({instanceMetadata: {hoplimit: 2}})),
      refusal('The option "instanceMetadata"', 'hoplimit', 'hopLimit', /role, .*, disabled/),
    );
    for (const none of [null, 'x', []]) {
      await assert.rejects(startEmulator(none as EmulatorOptions), {
        name: 'TypeError',
        message: 'startEmulator() takes an object.',
      });
    }
    const emulator = await start(misspelt({polcy: undefined}));
    for (const [call, what, key, near, known] of [
      [
        (given: object) => emulator.failNext(given as Fault),
        'failNext',
        'servcie',
        'service',
        /service, .*, hang/,
      ],
      [
        (given: object) => emulator.configFor(given),
        'configFor',
        'serviceAccount',
        'serviceAccountEmail',
        /audience, .*/,
      ],
      [
        (given: object) => emulator.issueAwsCredentials(given),
        'issueAwsCredentials',
        'roleName',
        '',
        /role, accountId, .*/,
      ],
      [
        (given: object) => emulator.awsSetup('environment', given),
        'awsSetup',
        'regoin',
        'region',
        /folder, region, .*/,
      ],
      [
        (given: object) => emulator.issueWebIdentityToken(given),
        'issueWebIdentityToken',
        'Audience',
        'audience',
        /subject, .*/,
      ],
      [
        (given: object) => emulator.issueSsoToken(given),
        'issueSsoToken',
        'lifetimeSecond',
        'lifetimeSeconds',
        /.*/,
      ],
    ] as const) {
      assert.throws(
        () => {
          call({[key]: 'x'});
        },
        refusal(`${what}\\(\\)`, key, near, known),
      );
    }
  });

  describe('refuses', () => {
    const wrong: readonly (readonly [string, unknown, RegExp])[] = [
      ['a port that is none', {port: 65_536}, /"port"/],
      ['a port that is a text', {port: '80'}, /"port"/],
      ['a clock that is a number', {clock: 1}, /"clock"/],
      ['a listener that is none', {onRequest: 'log'}, /"onRequest"/],
      ['a region that is none', {region: 'mars'}, /"region"/],
      ['a role that does not exist', {taskRole: 'other'}, /"taskRole"/],
      ['a lifetime of nothing', {federatedTokenLifetimeSeconds: 0}, /"federatedTokenLifetime/],
      ['a lifetime with decimals', {awsCredentialsLifetimeSeconds: 0.5}, /"awsCredentialsLife/],
      ['a lifetime that is a text', {serviceAccountTokenLifetimeSeconds: '1'}, /"serviceAccountT/],
      ['a skew below zero', {maxClockSkewSeconds: -1}, /"maxClockSkewSeconds"/],
    ];
    for (const [name, options, message] of wrong) {
      it(name, async () => {
        const given = options as EmulatorOptions;
        await assert.rejects(startEmulator(given), {name: 'TypeError', message});
      });
    }

    const {aws, google} = defaultPolicy();
    const key = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'};
    const account = (rest: object) => ({aws: {accounts: [{accountId: '111122223333', ...rest}]}});
    const provider = {providerId: 'aws-test-account', aws: {accountId: '111122223333'}};
    const pools = (workloadIdentityPools: unknown) => ({
      google: {...google, workloadIdentityPools},
    });
    const members = (...names: string[]) => ({
      google: {
        ...google,
        serviceAccounts: [
          {email: 'a@b', bindings: [{role: 'roles/iam.workloadIdentityUser', members: names}]},
        ],
      },
    });
    const delegation = (serviceAccount: string, scope: string) => ({
      google: {
        ...google,
        workspaces: [
          {domain: 'example.com', users: [], delegations: [{serviceAccount, scopes: [scope]}]},
        ],
      },
    });
    const policies: readonly (readonly [string, unknown, RegExp])[] = [
      [
        'an account id of eleven digits',
        {aws: {accounts: [{accountId: '1'.repeat(11)}]}},
        /twelve/,
      ],
      ['an account twice', {aws: {accounts: [...aws.accounts, ...aws.accounts]}}, /comes twice/],
      ['a role with a path', account({roles: [{name: 'a/b'}]}), /"a\/b"/],
      ['a user without a name', account({users: [{name: ''}]}), /no name that IAM allows/],
      [
        'two roles whose names differ in capitals alone',
        account({roles: [{name: 'Demo'}, {name: 'demo'}]}),
        /roles\[1\]\.name is "demo": a name of roles comes twice: "Demo" is the same\.$/,
      ],
      [
        'an access key twice',
        account({users: [{name: 'a', accessKeys: [key, key]}]}),
        /AKIAIOSFODNN7EXAMPLE.*comes twice/,
      ],
      [
        'an access key with a slash',
        account({
          users: [{name: 'a', accessKeys: [{...key, accessKeyId: 'AKIA/OSFODNN7EXAMPLE'}]}],
        }),
        /no access key id/,
      ],
      ['a project id for its number', {google: {...google, projectNumber: 'my-project'}}, /number/],
      ['a pool id of three characters', pools([{poolId: 'aws', providers: []}]), /"aws"/],
      [
        'a provider id in capitals',
        pools([{poolId: 'aws-pool', providers: [{...provider, providerId: 'AWS-1'}]}]),
        /"AWS-1"/,
      ],
      [
        "a provider's account that is none",
        pools([{poolId: 'aws-pool', providers: [{...provider, aws: {accountId: 'x'}}]}]),
        /"x"/,
      ],
      [
        'a service account that is no e-mail',
        {google: {...google, serviceAccounts: [{email: 'demo'}]}},
        /"demo"/,
      ],
      [
        'a role that is not known',
        {
          google: {
            ...google,
            serviceAccounts: [{email: 'a@b', bindings: [{role: 'roles/owner', members: []}]}],
          },
        },
        /"roles\/owner": one of/,
      ],
      [
        'a member without host and projects/, as in a page that many follow',
        members(
          'principalSet://123456789012/locations/global/workloadIdentityPools/aws-pool/subject/x',
        ),
        /Write principal:\/\/iam\.googleapis\.com\/projects\/123456789012\/locations/,
      ],
      ['a set of one subject', members(`principalSet://${POOL}/subject/x`), /principalSet/],
      ['a principal by its attribute', members(`principal://${POOL}/attribute.a/x`), /principal/],
      ['a member that is a person', members('user:a@b'), /"user:a@b"/],
      [
        'a Workspace domain that is none',
        {google: {...google, workspaces: [{domain: 'example', users: []}]}},
        /google\.workspaces\[0\]\.domain is "example": no name of a domain/,
      ],
      [
        'a user of another domain',
        {google: {...google, workspaces: [{domain: 'example.com', users: ['a@example.org']}]}},
        /"a@example\.org": a user of example\.com ends with @example\.com/,
      ],
      [
        'a delegation to a name',
        delegation('demo', 'https://mail.google.com/'),
        /"demo": the unique id or the e-mail/,
      ],
      ['a delegation of no scope', delegation('a@b', 'gmail'), /"gmail": no OAuth scope/],
      [
        'a unique id twice',
        {
          google: {
            ...google,
            serviceAccounts: [
              {email: 'a@b', uniqueId: '100000000000000000001'},
              {email: 'c@d'},
              {email: 'e@f', uniqueId: '100000000000000000001'},
            ],
          },
        },
        /^google\.serviceAccounts\[2\]\.uniqueId is "100000000000000000001": a unique id comes twice\.$/,
      ],
      [
        'a Workspace domain twice',
        {
          google: {
            ...google,
            workspaces: [
              {domain: 'example.com', users: []},
              {domain: 'example.com', users: []},
            ],
          },
        },
        /^google\.workspaces\[1\]\.domain is "example\.com": a Workspace domain comes twice\.$/,
      ],
      [
        'an OpenID Connect issuer twice in an account',
        account({oidcProviders: [{issuer: 'https://id.example'}, {issuer: 'https://id.example'}]}),
        /^aws\.accounts\[0\]\.oidcProviders\[1\]\.issuer is "https:\/\/id\.example": an issuer of an account comes twice\.$/,
      ],
    ];
    it('nothing that clouds can have twice: an account in two providers, an issuer in two accounts', async () => {
      const oidcProviders = [{issuer: 'https://id.example'}];
      await start({
        policy: {
          aws: {
            accounts: ['111122223333', '444455556666'].map(accountId => ({
              accountId,
              oidcProviders,
            })),
          },
          google: {
            ...google,
            workloadIdentityPools: [
              {poolId: 'aws-pool', providers: [provider, {...provider, providerId: 'another'}]},
            ],
          },
        },
      });
    });

    for (const [name, policy, message] of policies) {
      it(name, async () => {
        const given = policy as Partial<EmulatorPolicy>;
        await assert.rejects(startEmulator({policy: given}), (error: unknown) => {
          assert.ok(error instanceof PolicyError && error instanceof TypeError);
          assert.match(error.message, message);
          return true;
        });
      });
    }
  });
});
