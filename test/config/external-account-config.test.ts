import assert from 'node:assert/strict';
import {
  createExternalAccountConfig,
  type ExternalAccountConfigOptions,
} from '../../src/config/external-account-config.js';
import {assertRefused} from '../support/refusal.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const IMPERSONATION = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`;

function create(options: Partial<ExternalAccountConfigOptions>) {
  return createExternalAccountConfig({audience: AUDIENCE, ...options});
}

// What JavaScript can give although TypeScript would not let it, and what the message must say of it.
const REFUSED: readonly (readonly [options: Record<string, unknown>, ...says: string[]])[] = [
  [{serviceAccountEmail: 'nobody'}, '"serviceAccountEmail"', 'gcloud iam service-accounts list'],
  [{serviceAccountEmail: null}, '"serviceAccountEmail" is null'],
  [{tokenLifetimeSeconds: 3600}, '"tokenLifetimeSeconds"', 'without "serviceAccountEmail"'],
  [{serviceAccountEmail: EMAIL, tokenLifetimeSeconds: 599}, '"tokenLifetimeSeconds" is 599'],
  [{serviceAccountEmail: EMAIL, tokenLifetimeSeconds: '900'}, '"tokenLifetimeSeconds" is "900"'],
  [{universeDomain: 'https://googleapis.com'}, '"universeDomain"', 'not a domain'],
  [{universeDomain: ''}, '"universeDomain" is ""'],
  [{enableImdsv2: 'yes'}, '"enableImdsv2" is "yes"', 'Give true or false'],
  [{enableImdsv2: null}, '"enableImdsv2" is null'],
  [{stsLocation: 'US Central'}, '"stsLocation"', 'us-central1'],
  [{stsLocation: 'evil.com/'}, '"stsLocation"', 'us-central1'],
  [{stsLocation: ['us-central1']}, '"stsLocation" is an array'],
  [{stsLocation: ''}, '"stsLocation" is ""'],
  [
    {stsLocation: 'us-central1', tokenUrl: 'https://sts.example.com/v1/token'},
    '"stsLocation" is given beside "tokenUrl"',
  ],
  [{tokenUrl: 'http://sts.googleapis.com/v1/token'}, '"tokenUrl"', 'over https'],
  [{tokenUrl: 'sts.googleapis.com'}, '"tokenUrl"', 'not a URL'],
  [
    {serviceAccountImpersonationUrl: 'https://iamcredentials.googleapis.com/'},
    '"serviceAccountImpersonationUrl"',
    'not a generateAccessToken URL',
  ],
  [
    {
      serviceAccountEmail: 'other@my-project.iam.gserviceaccount.com',
      serviceAccountImpersonationUrl: IMPERSONATION,
    },
    '"serviceAccountImpersonationUrl" is for',
    'Leave one of the two out',
  ],
  [{quotaProjectId: 'my project'}, '"quotaProjectId"', 'gcloud config get project'],
  [{serviceAccount: EMAIL}, '"serviceAccount" is not known', 'Did you mean "serviceAccountEmail"?'],
  [{universe_domain: 'googleapis.com'}, 'Did you mean "universeDomain"?'],
  [{colour: 'blue'}, '"colour" is not known', 'The options are audience, serviceAccountEmail,'],
];

describe('createExternalAccountConfig()', () => {
  for (const [options, ...says] of REFUSED) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assertRefused(() => create(options), {code: 'INVALID_OPTION', says});
    });
  }

  it('refuses what is no object of options', () => {
    for (const options of [undefined, null, 'x', 1, [AUDIENCE]]) {
      assertRefused(
        () => createExternalAccountConfig(options as unknown as ExternalAccountConfigOptions),
        {code: 'INVALID_OPTION', says: ['"options" is', 'Give at least {audience}']},
      );
    }
  });

  it('refuses an audience that names the project by its id', () => {
    assertRefused(() => create({audience: AUDIENCE.replace('123456789012', 'my-project')}), {
      code: 'INVALID_AUDIENCE',
      says: ['gcloud projects describe my-project'],
    });
  });

  it('writes the audience without https:, however it is given', () => {
    assert.equal(create({audience: `https:${AUDIENCE}`}).audience, AUDIENCE);
  });

  it('uses the regional Google STS where a location is given', () => {
    const {token_url, token_info_url} = create({stsLocation: 'us-central1'});
    assert.equal(token_url, 'https://sts.us-central1.rep.googleapis.com/v1/token');
    assert.equal(token_info_url, 'https://sts.us-central1.rep.googleapis.com/v1/introspect');
    assert.equal(
      create({stsLocation: 'us-central1', universeDomain: 'example.goog'}).token_url,
      'https://sts.us-central1.rep.example.goog/v1/token',
    );
  });

  it('uses the endpoints that are given', () => {
    const tokenUrl = 'http://localhost:8080/v1/token';
    assert.equal(create({tokenUrl}).token_url, tokenUrl);
    assert.equal(create({tokenUrl}).token_info_url, 'http://localhost:8080/v1/introspect');
    const config = create({serviceAccountImpersonationUrl: IMPERSONATION});
    assert.equal(config.service_account_impersonation_url, IMPERSONATION);
    assert.ok(!('token_info_url' in config));
  });

  it('names the project for quota where one is given', () => {
    assert.equal(create({quotaProjectId: 'my-project'}).quota_project_id, 'my-project');
    assert.ok(!('quota_project_id' in create({})));
  });

  it('takes undefined for left out', () => {
    assert.deepEqual(
      create({
        serviceAccountEmail: undefined,
        tokenLifetimeSeconds: undefined,
        universeDomain: undefined,
        enableImdsv2: undefined,
        stsLocation: undefined,
        tokenUrl: undefined,
        serviceAccountImpersonationUrl: undefined,
        quotaProjectId: undefined,
      }),
      create({}),
    );
  });

  it('leaves the caller’s options as they are', () => {
    const options = Object.freeze({audience: AUDIENCE, serviceAccountEmail: EMAIL});
    createExternalAccountConfig(options);
    assert.deepEqual(options, {audience: AUDIENCE, serviceAccountEmail: EMAIL});
  });
});
