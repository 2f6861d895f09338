import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {promisify} from 'node:util';
import type {ExternalAccountConfigOptions} from '../../src/config/external-account-config.js';

const run = promisify(execFile);

/** Reads the arguments of `create-cred-config` as the options that ask for the same. */
export function optionsOf(args: readonly string[]): ExternalAccountConfigOptions {
  let options: ExternalAccountConfigOptions = {audience: ''};
  for (const arg of args) {
    const [, flag = arg, value = ''] = /^--([a-z0-9-]+)=?(.*)$/.exec(arg) ?? [];
    switch (flag) {
      case 'aws':
        break;
      case 'service-account':
        options = {...options, serviceAccountEmail: value};
        break;
      case 'service-account-token-lifetime-seconds':
        options = {...options, tokenLifetimeSeconds: Number(value)};
        break;
      case 'universe-domain':
        options = {...options, universeDomain: value};
        break;
      case 'enable-imdsv2':
        options = {...options, enableImdsv2: true};
        break;
      default:
        if (arg.startsWith('-')) throw new Error(`no option is known for ${arg}`);
        options = {...options, audience: `//iam.googleapis.com/${arg}`};
    }
  }
  return options;
}

/** The version of the gcloud on PATH, e.g. 528; `undefined` where there is none. */
export async function gcloudVersion(): Promise<number | undefined> {
  try {
    const {stdout} = await run('gcloud', ['--version'], {env: offline('/nonexistent')});
    const version = /^Google Cloud SDK (\d+)\./m.exec(stdout)?.[1];
    return version === undefined ? undefined : Number(version);
  } catch {
    return undefined;
  }
}

/** Has the real gcloud write a credential file into a folder, which also holds its settings. */
export async function createCredConfig(args: readonly string[], folder: string): Promise<string> {
  const file = `${folder}/credentials.json`;
  await run(
    'gcloud',
    ['iam', 'workload-identity-pools', 'create-cred-config', ...args, `--output-file=${file}`],
    {env: offline(folder)},
  );
  return readFile(file, 'utf8');
}

/** Runs the real gcloud with settings of its own in a folder, and no account. */
export async function runGcloud(
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{readonly status: unknown; readonly stdout: string; readonly stderr: string}> {
  const options = {env: {...offline(folder), ...env}};
  return run('gcloud', args, options).then(
    done => ({status: 0, ...done}),
    (error: unknown) => {
      const {code, stdout, stderr} = error as {code: unknown; stdout: string; stderr: string};
      return {status: code, stdout, stderr};
    },
  );
}

// Nothing of the user's own settings, and no question to the network.
function offline(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    CLOUDSDK_CONFIG: `${folder}/settings`,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
    CLOUDSDK_SURVEY_DISABLE_PROMPTS: 'true',
  };
}
