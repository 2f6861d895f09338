import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {InvalidArgumentError, type Command} from 'commander';
import type {Emulator, EmulatorPolicy} from '../emulator/index.js';
import {shellEnvironment} from './emulator/shell-environment.js';
import {describeRequest} from './emulator/request-line.js';
import {CommandFailed} from './failure.js';
import {variable, type Io} from './io.js';
import {readPolicyFlag} from './policy-flag.js';
import {makePrivateFolder} from './private-folder.js';

interface EmulatorFlags {
  readonly port?: number;
  readonly policy?: string;
}

/** `emulator`: runs the emulator of both clouds until it is told to stop. */
export function defineEmulator(command: Command, io: Io): void {
  command
    .description(
      'Run AWS and Google Cloud, as far as it takes to call one from the other, on 127.0.0.1. The standard output is for a shell to eval; requests are told on stderr. SIGINT and SIGTERM end it, with exit status 0; 1: it could not start; 2: the policy is wrong.',
    )
    .option('--port <number>', 'the port (default: any that is free)', portNumber)
    .option(
      '--policy <file>',
      'what there is and who may do what, as YAML or JSON (default: one role, one service account)',
    )
    .addHelpText('after', EXAMPLE)
    .action(async (flags: EmulatorFlags) => {
      const policy =
        flags.policy === undefined ? undefined : await readPolicyFlag(flags.policy, io.cwd);
      // Before anybody can know that it runs, and end it.
      const interrupted = io.interrupted();
      const emulator = await start(flags.port, policy, io);
      try {
        await serve(emulator, interrupted, io);
      } finally {
        await emulator.close();
      }
    });
}

const EXAMPLE = `
Example:
  google-auth-aws emulator --port 8085 > emulator.env
and in another shell, once it is ready:
  eval "$(cat emulator.env)"
  google-auth-aws token`;

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('A port is a number from 0, for any free one, to 65535.');
  }
  return port;
}

async function start(
  port: number | undefined,
  policy: EmulatorPolicy | undefined,
  {stderr}: Pick<Io, 'stderr'>,
): Promise<Emulator> {
  const {startEmulator} = await import('../emulator/index.js');
  try {
    return await startEmulator({
      ...(port === undefined ? {} : {port}),
      ...(policy === undefined ? {} : {policy}),
      onRequest: record => stderr.write(`${describeRequest(record)}\n`),
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const where = `Port ${port ?? 0} of 127.0.0.1`;
    if (code === 'EADDRINUSE') {
      throw new CommandFailed(
        `${where} is in use. Give another --port, or none for any that is free.`,
        {cause: error},
      );
    }
    if (code === 'EACCES') {
      throw new CommandFailed(`${where} is not for this user. Give one from 1024 on.`, {
        cause: error,
      });
    }
    throw error;
  }
}

async function serve(emulator: Emulator, interrupted: Promise<unknown>, io: Io): Promise<void> {
  const folder = await makePrivateFolder('google-auth-aws-emulator-');
  try {
    const file = path.join(folder.path, 'gcp.json');
    await writeFile(file, JSON.stringify(credentialFile(emulator), null, 2), {mode: 0o600});
    io.stdout.write(
      shellEnvironment(
        {
          ...emulator.env,
          GOOGLE_APPLICATION_CREDENTIALS: file,
          // No credential file holds it: for the option `oauthTokenUrl` of a client with a `subject`.
          GOOGLE_OAUTH_TOKEN_URL: emulator.oauthTokenUrl,
        },
        name => variable(io, name) !== undefined,
        io.env['NO_PROXY'] ?? io.env['no_proxy'],
      ),
    );
    io.stderr.write(`The emulator is ready on ${emulator.url}. Ctrl+C ends it.\n`);
    await interrupted;
  } finally {
    folder.remove();
  }
}

// Beside the container's credentials, which the AWS SDK finds by the variables, whoever reads the
// file finds the instance's: gcloud and Google's own libraries know no container.
function credentialFile(emulator: Emulator) {
  const {service_account_impersonation_url: url = ''} = emulator.config;
  const [, serviceAccountEmail] = /\/serviceAccounts\/([^:]+):/.exec(url) ?? [];
  return emulator.configFor({
    instanceMetadata: true,
    ...(serviceAccountEmail === undefined ? {} : {serviceAccountEmail}),
  });
}
