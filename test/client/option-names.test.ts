import assert from 'node:assert/strict';
import {AwsAuthClient} from '../../src/client/aws-auth-client.js';
import {resolveOptions} from '../../src/client/options.js';
import {assertRefused} from '../support/refusal.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';

describe('the names of the options of AwsAuthClient', () => {
  const HINTS: readonly (readonly [name: string, hint: string])[] = [
    ['serviceAccount', 'Did you mean "serviceAccountEmail"?'],
    ['service_account_email', 'Did you mean "serviceAccountEmail"?'],
    ['serviceAcountEmail', 'Did you mean "serviceAccountEmail"?'],
    ['scope', 'Did you mean "scopes"?'],
    ['SCOPES', 'Did you mean "scopes"?'],
    ['token_url', 'Did you mean "tokenUrl"?'],
    ['tokenURL', 'Did you mean "tokenUrl"?'],
    ['quota_project_id', 'Did you mean "quotaProjectId"?'],
    ['project', 'Did you mean "projectId"?'],
    ['region', 'The options are audience, serviceAccountEmail, delegates,'],
    ['', 'The options are audience, serviceAccountEmail, delegates,'],
    ['type', 'AwsAuthClient.fromJSON()'],
    ['credential_source', 'AwsAuthClient.fromJSON()'],
    ['aws_region', 'Did you mean "awsRegion"?'],
    ['aws_security_credentials_supplier', '"awsCredentials" takes keys or a provider'],
    ['awsSecurityCredentialsSupplier', '"awsCredentials" takes keys or a provider'],
    ['toString', 'The options are'],
  ];
  for (const [name, hint] of HINTS) {
    it(`are known, so that ${JSON.stringify(name)} gets a hint`, () => {
      assertRefused(() => resolveOptions({audience: AUDIENCE, [name]: 'x'}), {
        code: 'INVALID_OPTION',
        says: [`The option "${name}" is not known.`, hint],
      });
    });
  }

  it('get the hint at fromJSON() for a whole credential file, whatever its first key is', () => {
    const file = {universe_domain: 'googleapis.com', type: 'external_account', audience: AUDIENCE};
    assertRefused(() => new AwsAuthClient(file), {
      code: 'INVALID_OPTION',
      says: ['AwsAuthClient.fromJSON()'],
    });
  });

  it('get the hint at awsCredentials for all options of an AwsClient with a supplier', () => {
    const options = {
      type: 'external_account',
      audience: AUDIENCE,
      subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
      aws_security_credentials_supplier: {},
    };
    assertRefused(() => new AwsAuthClient(options), {
      code: 'INVALID_OPTION',
      says: ['new AwsAuthClient({audience, serviceAccountEmail})', '"awsCredentials"'],
    });
  });

  it('may be unknown where the value is undefined', () => {
    const options = {audience: AUDIENCE, serviceAccount: undefined};
    assert.equal(resolveOptions(options).serviceAccount, undefined);
  });
});
