import {Storage} from '@google-cloud/storage';
import type {Emulator} from '../../src/emulator/index.js';
import {AwsAuthClient, type CredentialFileOverrides} from '../../src/index.js';

/** A client of the emulator's first provider, with a role's keys of its own. */
export function emulatedClient(
  emulator: Emulator,
  overrides: CredentialFileOverrides = {},
): AwsAuthClient {
  return AwsAuthClient.fromJSON(emulator.config, {
    projectId: 'my-project',
    awsCredentials: emulator.issueAwsCredentials(),
    awsRegion: 'us-east-1',
    ...overrides,
  });
}

/** The same as the federated principal itself. */
export function federatedClient(
  emulator: Emulator,
  overrides: CredentialFileOverrides = {},
): AwsAuthClient {
  return AwsAuthClient.fromJSON(emulator.configFor(), {
    projectId: 'my-project',
    awsCredentials: emulator.issueAwsCredentials(),
    awsRegion: 'us-east-1',
    ...overrides,
  });
}

/** The real Cloud Storage client against the emulator. */
export function emulatedStorage(
  emulator: Pick<Emulator, 'url'>,
  authClient: AwsAuthClient,
): Storage {
  return new Storage({
    authClient,
    projectId: 'my-project',
    apiEndpoint: emulator.url.replace('127.0.0.1', 'localhost'),
    universeDomain: 'localhost',
    useAuthWithCustomEndpoint: true,
  });
}
