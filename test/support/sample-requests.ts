import type {Impersonation} from '../../src/google/service-account.js';
import type {TokenExchange} from '../../src/google/token-exchange.js';
import {SAMPLE_SECRETS, SAMPLE_SUBJECT_TOKEN} from './sample-secrets.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';

/** A token exchange with nothing special. */
export function sampleExchange(change: Partial<TokenExchange> = {}): TokenExchange {
  const {accessKeyId, secretAccessKey, sessionToken, signature} = SAMPLE_SECRETS;
  return {
    tokenUrl: 'https://sts.googleapis.com/v1/token',
    audience: AUDIENCE,
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    subjectToken: SAMPLE_SUBJECT_TOKEN,
    apiClient: 'gl-node/20.0.0 auth/0.1.0',
    secrets: [secretAccessKey, sessionToken, accessKeyId, signature],
    ...change,
  };
}

/** An impersonation with nothing special. */
export function sampleImpersonation(change: Partial<Impersonation> = {}): Impersonation {
  const email = 'demo@my-project.iam.gserviceaccount.com';
  return {
    url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
    email,
    delegates: [],
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    lifetimeSeconds: 3600,
    federatedToken: SAMPLE_SECRETS.federatedToken,
    audience: AUDIENCE,
    apiClient: 'gl-node/20.0.0 auth/0.1.0',
    ...change,
  };
}
