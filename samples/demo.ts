// Runs the whole way, AWS identity → Google token → Cloud Storage and back, and tells each step.
//
//   npm run demo                                           against the emulator of both clouds
//   npm run demo -- --config FILE --bucket NAME            against the real ones
import {randomUUID} from 'node:crypto';
import {EventEmitter} from 'node:events';
import {devNull} from 'node:os';
import {parseArgs} from 'node:util';
import {Storage, type StorageOptions} from '@google-cloud/storage';
import {AwsAuthClient, type CredentialFileOverrides} from 'google-auth-aws';
import {startEmulator} from 'google-auth-aws/emulator';
import {callerIdentity} from './demo/caller-identity.js';
import {Printer} from './demo/printer.js';
import {printSteps} from './demo/steps.js';
import {storageRoundTrip} from './demo/storage-round-trip.js';

const USAGE = `Usage: npm run demo [-- --config FILE --bucket NAME [--project ID]]

  --config FILE   a credential file: run against the real clouds
  --bucket NAME   a bucket; it is created, and deleted in the end, if it is not there
  --project ID    the project in which it is created (default: GOOGLE_CLOUD_PROJECT)`;

interface Clouds {
  readonly authClient: AwsAuthClient;
  readonly storageOptions: StorageOptions;
  readonly bucket: string;
  readonly arn: () => Promise<string>;
  readonly end: () => Promise<void>;
}

// A download by @google-cloud/storage hangs 11 listeners on one stream: one more than Node takes for normal.
EventEmitter.defaultMaxListeners = 20;

const print = new Printer();

async function emulatedClouds(bucket: string): Promise<Clouds> {
  let arn = 'nobody';
  const listeners: ReturnType<typeof printSteps>[] = [];
  const emulator = await startEmulator({
    onRequest: record => {
      if (record.from === 'google-sts' && record.arn !== undefined) arn = record.arn;
      for (const listener of listeners) listener(record);
    },
  });
  // This shell's own AWS identity must not take part: nor by variables, nor by files. A proxy leads elsewhere.
  for (const name of Object.keys(process.env))
    if (/^AWS_|_PROXY$/i.test(name)) delete process.env[name];
  Object.assign(process.env, emulator.env, {
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  });
  const authClient = AwsAuthClient.fromJSON(emulator.config, {projectId: 'my-project'});
  print.heading(`Both clouds are emulated, on ${emulator.url}.`);
  listeners.push(
    printSteps(print, {
      credentialSource: `the ECS container's credential endpoint (${new URL(emulator.url).host})`,
      serviceAccount: authClient.getServiceAccountEmail(),
    }),
  );
  return {
    authClient,
    storageOptions: {
      apiEndpoint: emulator.url.replace('127.0.0.1', 'localhost'),
      universeDomain: 'localhost',
      useAuthWithCustomEndpoint: true,
    },
    bucket,
    arn: () => Promise.resolve(arn),
    end: () => emulator.close(),
  };
}

function realClouds(config: string, bucket: string, project: string | undefined): Clouds {
  const overrides: CredentialFileOverrides = project === undefined ? {} : {projectId: project};
  const authClient = AwsAuthClient.fromFile(config, overrides);
  print.heading(`The clouds are real, by ${config}.`);
  printSteps(print, {
    credentialSource: "where the AWS SDK's chain finds them",
    serviceAccount: authClient.getServiceAccountEmail(),
  });
  return {
    authClient,
    storageOptions: {},
    bucket,
    arn: async () => callerIdentity(await authClient.retrieveSubjectToken()),
    end: () => Promise.resolve(),
  };
}

async function run(clouds: Clouds): Promise<string> {
  const {authClient, storageOptions} = clouds;
  await authClient.getAccessToken();
  const storage = new Storage({
    ...storageOptions,
    authClient,
    ...(authClient.projectId ? {projectId: authClient.projectId} : {}),
  });
  const {bytes, bucket, object} = await storageRoundTrip(storage, clouds.bucket, print);
  const identity = authClient.getServiceAccountEmail() ?? 'the federated principal';
  return `OK: ${String(bytes)} bytes to gs://${bucket}/${object} and back, as ${identity}, on ${await clouds.arn()}`;
}

async function main(): Promise<number> {
  let values;
  try {
    ({values} = parseArgs({
      options: {
        config: {type: 'string'},
        bucket: {type: 'string'},
        project: {type: 'string', default: process.env['GOOGLE_CLOUD_PROJECT'] ?? ''},
        help: {type: 'boolean', short: 'h'},
      },
    }));
    if (values.help) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    if (values.config !== undefined && values.bucket === undefined) {
      throw new TypeError('--config goes with --bucket.');
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    return 2;
  }
  let clouds: Clouds | undefined;
  try {
    const bucket = values.bucket ?? `demo-${randomUUID().slice(0, 8)}`;
    clouds =
      values.config === undefined
        ? await emulatedClouds(bucket)
        : realClouds(values.config, bucket, values.project || undefined);
    const ok = await run(clouds);
    print.line();
    print.line(ok);
    return 0;
  } catch (error) {
    process.stderr.write(`\nFAILED: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await clouds?.end();
  }
}

process.exitCode = await main();
