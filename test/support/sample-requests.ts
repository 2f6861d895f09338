import type {IamCredentialsCall} from '../../src/google/iam-credentials.js';
import type {JwtBearerExchange} from '../../src/google/jwt-bearer.js';
import type {Impersonation} from '../../src/google/service-account.js';
import type {TokenExchange} from '../../src/google/token-exchange.js';
import {SAMPLE_SECRETS, SAMPLE_SUBJECT_TOKEN} from './sample-secrets.js';

const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';

/** A token exchange with nothing special. */
export function sampleExchange(change: Partial<TokenExchange> = {}): TokenExchange {
  const {accessKeyId, secretAccessKey, sessionToken, signature} = SAMPLE_SECRETS;
  return {
    tokenUrl: 'https://sts.googleapis.com/v1/token',
    audience: AUDIENCE,
    region: 'eu-west-1',
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    subjectToken: SAMPLE_SUBJECT_TOKEN,
    apiClient: 'gl-node/20.0.0 auth/0.1.0',
    secrets: [secretAccessKey, sessionToken, accessKeyId, signature],
    ...change,
  };
}

/** A call at IAM Credentials with nothing special. */
export function sampleCall(change: Partial<IamCredentialsCall> = {}): IamCredentialsCall {
  return {
    url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`,
    email: EMAIL,
    delegates: [],
    federatedToken: SAMPLE_SECRETS.federatedToken,
    audience: AUDIENCE,
    awsRole: 'arn:aws:sts::111122223333:assumed-role/demo-role',
    apiClient: 'gl-node/20.0.0 auth/0.1.0',
    ...change,
  };
}

/** An impersonation with nothing special. */
export function sampleImpersonation(change: Partial<Impersonation> = {}): Impersonation {
  return {
    ...sampleCall(),
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    lifetimeSeconds: 3600,
    ...change,
  };
}

/** An exchange of an assertion for a user's token with nothing special. */
export function sampleJwtBearer(change: Partial<JwtBearerExchange> = {}): JwtBearerExchange {
  return {
    email: EMAIL,
    subject: 'alice@example.com',
    scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
    oauthTokenUrl: 'https://oauth2.googleapis.com/token',
    assertion: SAMPLE_SECRETS.assertion,
    apiClient: 'gl-node/20.0.0 auth/0.1.0',
    ...change,
  };
}
