import {Command, CommanderError} from 'commander';
import {UsageError} from './failure.js';
import {helpFormat} from './help-format.js';
import {processIo, type Io} from './io.js';
import {packageVersion} from './package-version.js';
import {reportFailure} from './report-failure.js';
import {wrap} from './text-layout.js';

/** Gives a command its flags, its help and what it does. An error that the action throws is reported. */
export type DefineCommand = (command: Command, io: Io) => void;

interface Listed {
  readonly summary: string;
  /** The command's own file: nothing of the others need be loaded to run one. */
  readonly load: () => Promise<DefineCommand>;
}

// In the order in which a new user needs them.
const COMMANDS: Readonly<Record<string, Listed>> = {
  config: {
    summary: 'write the credential file',
    load: async () => (await import('./config-command.js')).defineConfig,
  },
  setup: {
    summary: 'print what has to be set up on Google’s side',
    load: async () => (await import('./setup-command.js')).defineSetup,
  },
  whoami: {
    summary: 'tell who this process is on AWS, and to Google',
    load: async () => (await import('./whoami-command.js')).defineWhoami,
  },
  doctor: {
    summary: 'go the whole way step by step, and find the broken one',
    load: async () => (await import('./doctor-command.js')).defineDoctor,
  },
  token: {
    summary: 'print an access token',
    load: async () => (await import('./token-command.js')).defineToken,
  },
  'id-token': {
    summary: 'print an ID token for a service of one’s own',
    load: async () => (await import('./id-token-command.js')).defineIdToken,
  },
  'check-policy': {
    summary: 'tell whom a policy lets in, before it locks anyone out',
    load: async () => (await import('./check-policy-command.js')).defineCheckPolicy,
  },
  emulator: {
    summary: 'run both clouds on this machine, for tests',
    load: async () => (await import('./emulator-command.js')).defineEmulator,
  },
};

/**
 * Runs the command.
 *
 * @param argv what follows the command's name.
 * @returns the exit status: 0, 1 where it failed, 2 where it was used wrongly.
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  const program = new Command('google-auth-aws')
    .description('Call Google Cloud from AWS without a service-account key: set up, check, use.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print how it is used')
    .helpCommand('help [command]', 'print how a command is used')
    .exitOverride()
    .configureHelp(helpFormat)
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: text => io.stderr.write(text),
      outputError: (text, write) =>
        write(wrap(text.replace(/^error:/, 'google-auth-aws:'), io.stderr)),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', EXAMPLE);
  const named = argv.find(arg => Object.hasOwn(COMMANDS, arg));
  for (const [name, {summary, load}] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary).description(summary);
    if (name !== named) continue;
    (await load())(command, io);
    // Refused below, by its name.
    command.option('--debug', 'print the stack of an error').allowExcessArguments();
  }
  program.hook('preAction', (_program, {args, registeredArguments}) => {
    const surplus = args[registeredArguments.length];
    if (surplus === undefined) return;
    throw new UsageError(
      `There are too many arguments: ${JSON.stringify(surplus)} belongs to no option. Is there an option without its value before it, or a value with spaces that is not in quotes?`,
    );
  });
  try {
    await program.parseAsync(argv, {from: 'user'});
    return 0;
  } catch (error) {
    // It has been reported, or it was no error: --help, --version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportFailure(error, io.stderr, {debug: argv.includes('--debug')});
    return error instanceof UsageError ? 2 : 1;
  }
}

const EXAMPLE = `
Example:
  google-auth-aws config --project-number 123456789012 --pool aws-pool \\
    --provider aws-test-account --output-file gcp.json
  export GOOGLE_APPLICATION_CREDENTIALS=$PWD/gcp.json
  google-auth-aws doctor`;
