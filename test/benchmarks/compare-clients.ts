// Asks google-auth-library's AwsClient and AwsAuthClient the same questions, against the same emulator,
// in one run, and prints what each did. It asserts nothing: `npm run compare`.
import {inspect} from 'node:util';
import {AwsClient, gaxios, type BaseExternalAccountClient} from 'google-auth-library';
import {startEmulator, type Emulator, type EmulatorOptions} from '../../src/emulator/index.js';
import {AwsAuthClient} from '../../src/index.js';

type Keys = ReturnType<Emulator['issueAwsCredentials']>;

interface Subject {
  readonly name: string;
  make(emulator: Emulator, keys: Keys, transporter?: gaxios.Gaxios): BaseExternalAccountClient;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: 'AwsClient',
    make: (emulator, keys, transporter) => {
      const {credential_source: _, ...config} = emulator.config;
      return new AwsClient({
        ...config,
        ...(transporter === undefined ? {} : {transporter}),
        aws_security_credentials_supplier: {
          getAwsRegion: () => Promise.resolve('us-east-1'),
          getAwsSecurityCredentials: () =>
            Promise.resolve({
              accessKeyId: keys.accessKeyId,
              secretAccessKey: keys.secretAccessKey,
              token: keys.sessionToken,
            }),
        },
      });
    },
  },
  {
    name: 'AwsAuthClient',
    make: (emulator, keys, transporter) =>
      AwsAuthClient.fromJSON(emulator.config, {
        awsCredentials: keys,
        awsRegion: 'us-east-1',
        ...(transporter === undefined ? {} : {transporter}),
      }),
  },
];

interface Question {
  readonly text: string;
  readonly emulator?: EmulatorOptions;
  answer(subject: Subject, emulator: Emulator): Promise<string>;
}

const HANG_LIMIT_MILLIS = 40_000;
const SHORT_LIFE = {federatedTokenLifetimeSeconds: 240, serviceAccountTokenLifetimeSeconds: 240};

const QUESTIONS: readonly Question[] = [
  {
    text: 'is a custom transporter used for the exchange?',
    answer: async (subject, emulator) => {
      const transporter = new gaxios.Gaxios();
      let used = 0;
      transporter.interceptors.request.add({
        resolved: config => {
          used += 1;
          return Promise.resolve(config);
        },
      });
      await subject.make(emulator, emulator.issueAwsCredentials(), transporter).getAccessToken();
      return `for ${String(used)} of 2 requests`;
    },
  },
  {
    text: "is the provider's name inside the signature?",
    answer: async (subject, emulator) => {
      const client = subject.make(emulator, emulator.issueAwsCredentials());
      const token = decodeURIComponent(await client.retrieveSubjectToken());
      return /SignedHeaders=[^,]*x-goog-cloud-target-resource/.test(token) ? 'yes' : 'no';
    },
  },
  {
    text: 'exchanges for 10 calls in a row, with a token that lives 4 minutes',
    emulator: SHORT_LIFE,
    answer: async (subject, emulator) => {
      const client = subject.make(emulator, emulator.issueAwsCredentials());
      for (let call = 0; call < 10; call += 1) await client.getAccessToken();
      return String(count(emulator, 'google-sts'));
    },
  },
  {
    text: 'of 10 calls, how many fail while Google STS is down and the old token is good?',
    emulator: SHORT_LIFE,
    answer: async (subject, emulator) => {
      const client = subject.make(emulator, emulator.issueAwsCredentials());
      await client.getAccessToken();
      emulator.failNext({service: 'google-sts', status: 400, body: {error: 'down'}, times: 100});
      const calls = await Promise.allSettled(
        Array.from({length: 10}, () => client.getAccessToken()),
      );
      return String(calls.filter(call => call.status === 'rejected').length);
    },
  },
  {
    text: "does a failed exchange's error hold the AWS session token?",
    answer: async (subject, emulator) => {
      const keys = emulator.issueAwsCredentials();
      emulator.failNext({service: 'google-sts', status: 400, body: {error: 'invalid_grant'}});
      const error: unknown = await subject
        .make(emulator, keys)
        .getAccessToken()
        .catch((reason: unknown) => reason);
      const shown = decodeURIComponent(
        decodeURIComponent(inspect(error, {depth: null, showHidden: true}).replaceAll('%%', '%')),
      );
      return shown.includes(keys.sessionToken) ? 'yes' : 'no';
    },
  },
  {
    text: 'does the client show its access token, in inspect() and JSON.stringify()?',
    answer: async (subject, emulator) => {
      const client = subject.make(emulator, emulator.issueAwsCredentials());
      const {token} = await client.getAccessToken();
      const shows = (text: string) => (text.includes(token ?? '?') ? 'yes' : 'no');
      return `${shows(inspect(client, {depth: null}))}, ${shows(stringify(client))}`;
    },
  },
  {
    text: 'how long until an error, when Google STS takes the request and never answers?',
    answer: async (subject, emulator) => {
      emulator.failNext({service: 'google-sts', hang: true, times: 100});
      const started = performance.now();
      const call = subject.make(emulator, emulator.issueAwsCredentials()).getAccessToken();
      const first = await Promise.race([
        call.then(
          () => 'a token',
          () => 'an error',
        ),
        new Promise<string>(resolve => setTimeout(resolve, HANG_LIMIT_MILLIS, 'nothing').unref()),
      ]);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      return `${first} after ${seconds} s`;
    },
  },
];

function count(emulator: Emulator, service: string): number {
  return emulator.requests.filter(request => request.service === service).length;
}

function stringify(value: unknown): string {
  const seen = new Set<unknown>();
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    if (seen.has(part)) return '[seen]';
    seen.add(part);
    return part;
  });
}

for (const question of QUESTIONS) {
  console.log(`\n${question.text}`);
  for (const subject of SUBJECTS) {
    const emulator = await startEmulator(question.emulator);
    try {
      console.log(`  ${subject.name.padEnd(14)} ${await question.answer(subject, emulator)}`);
    } finally {
      await emulator.close();
    }
  }
}
process.exit();
