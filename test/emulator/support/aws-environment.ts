import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach} from 'mocha';
import type {Emulator} from '../../../src/emulator/index.js';
import {fields, send} from './http.js';
import {exchangeParameters, postForm, sign, type Keys} from './signing.js';

/** What the AWS SDK's providers give. */
export interface ProvidedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

export interface AwsEnvironment {
  /** An empty folder of the test's own, which is also its home. */
  readonly folder: string;
  set(variables: Readonly<Record<string, string>>): void;
}

/** Gives each test of a suite an environment without AWS in it, and takes it back. */
export function awsEnvironment(): AwsEnvironment {
  let before: NodeJS.ProcessEnv = {};
  let folder = '';
  beforeEach(async () => {
    before = {...process.env};
    folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-'));
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, {
      HOME: folder,
      AWS_CONFIG_FILE: join(folder, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
    });
  });
  afterEach(async () => {
    restoreEnvironment(before);
    await rm(folder, {recursive: true});
  });
  return {
    get folder() {
      return folder;
    },
    set: variables => void Object.assign(process.env, variables),
  };
}

/** Takes the environment back, in place: a copy in its stead would not be what child processes get. */
export function restoreEnvironment(before: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) {
    if (!(name in before)) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, before);
}

/** Fails unless the emulated AWS says that the credentials are a session of this ARN. */
export async function assertIdentity(
  emulator: Emulator,
  credentials: ProvidedCredentials,
  arn: RegExp,
): Promise<void> {
  const answer = await send(emulator.url, sign(keysOf(credentials)));
  assert.equal(answer.status, 200, answer.text);
  assert.match(/<Arn>([^<]*)/.exec(answer.text)?.[1] ?? '', arn);
}

/** Fails unless the emulated Google takes the credentials. */
export async function assertExchanged(
  emulator: Emulator,
  credentials: ProvidedCredentials,
): Promise<void> {
  const answer = await postForm(emulator, exchangeParameters(emulator, keysOf(credentials)));
  assert.equal(answer.status, 200, answer.text);
  assert.match(String(fields(answer.text)['access_token']), /^ya29\.d\./);
}

function keysOf({accessKeyId, secretAccessKey, sessionToken}: ProvidedCredentials): Keys {
  assert.ok(sessionToken !== undefined);
  return {accessKeyId, secretAccessKey, sessionToken};
}
