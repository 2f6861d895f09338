import {randomBytes} from 'node:crypto';
import type {ResolvedOptions} from '../options.js';
import type {NoteFacts} from '../server/request-record.js';
import type {EmulatedService} from '../service.js';
import {AccessKeys} from './access-keys.js';
import type {AwsSetupParts} from './aws-setup.js';
import {
  CONTAINER_PATH_PREFIX,
  createContainerCredentialsService,
} from './container-credentials-service.js';
import {createInstanceMetadataService} from './instance-metadata-service.js';
import {credentialsIssuer} from './issue-credentials.js';
import {createPodIdentityService} from './pod-identity-service.js';
import {PodTokens} from './pod-tokens.js';
import {roleArn} from './roles.js';
import {createSsoOidcService} from './sso-oidc-service.js';
import {createSsoPortalService} from './sso-portal-service.js';
import {SsoSessions} from './sso-sessions.js';
import {createStsService} from './sts-service.js';
import {WebIdentityTokens} from './web-identity-tokens.js';

/** Where users log in to the emulated IAM Identity Center. Nothing is there. */
const START_URL = 'https://emulator.awsapps.com/start';

/** The emulated AWS: what it remembers, and its services. */
export interface EmulatedAws {
  readonly keys: AccessKeys;
  readonly services: readonly EmulatedService[];
  /** What setups are made of, once it is known where the services are. */
  setupParts(url: string): AwsSetupParts;
}

/** Makes the emulated AWS of the first account's point of view. */
export function createEmulatedAws(options: ResolvedOptions, note: NoteFacts): EmulatedAws {
  const {policy, clock, region, taskRole} = options;
  const {accounts} = policy.aws;
  const accountId = accounts[0]?.accountId ?? '';
  const keys = new AccessKeys(accounts);
  const issue = credentialsIssuer({...options, keys, accounts});
  const webIdentityTokens = new WebIdentityTokens(clock);
  const podTokens = new PodTokens(webIdentityTokens);
  const ssoSessions = new SsoSessions({clock, startUrl: START_URL, region});
  const taskId = randomBytes(16).toString('hex');
  const authorizationToken = randomBytes(32).toString('base64url');
  const common = {accounts, keys, issue, clock, note};

  return {
    keys,
    services: [
      createContainerCredentialsService({
        ...common,
        taskId,
        authorizationToken,
        roleArn: roleArn(accountId, taskRole ?? ''),
      }),
      createPodIdentityService({...common, tokens: podTokens}),
      createInstanceMetadataService({
        ...common,
        instance: {...options.instanceMetadata, accountId},
      }),
      createSsoPortalService({...common, sessions: ssoSessions}),
      createSsoOidcService({...common, sessions: ssoSessions}),
      createStsService({
        ...common,
        webIdentityTokens,
        maxClockSkewSeconds: options.maxClockSkewSeconds,
      }),
    ],
    setupParts: url => ({
      url,
      region,
      accounts,
      accountId,
      taskRole,
      container: {url: url + CONTAINER_PATH_PREFIX + taskId, authorizationToken},
      issue,
      webIdentityTokens,
      podTokens,
      ssoSessions,
    }),
  };
}
