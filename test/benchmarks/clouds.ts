import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {startEmulator} from '../../src/emulator/index.js';
import {startFront, type FrontSession} from './front/front.js';
import type {SessionSettings} from './front/front-messages.js';

/** How a client sees the clouds. */
export interface View {
  /** A round trip's time: 0 or 20. Default 0. */
  readonly rttMillis?: number;
  /** Whether a service account is named. */
  readonly impersonated: boolean;
  readonly session: FrontSession;
}

/** The clouds that a run's benchmarks share. */
export interface Clouds extends AsyncDisposable {
  /** Empty at first, and removed at the end. */
  readonly folder: string;
  /** A session that checks nothing and answers at once, or as the settings say. */
  open(settings?: Partial<SessionSettings>): Promise<FrontSession>;
  /** A session whose every request the emulator checks. */
  openChecked(): Promise<FrontSession>;
  /** All variables of a process: keys of AWS, a credential file, and nothing of this machine's user. */
  env(view: View): Promise<Readonly<Record<string, string>>>;
}

export const RTT_MILLIS = [0, 20] as const;

export async function startClouds(): Promise<Clouds> {
  const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-bench-'));
  const emulator = await startEmulator();
  const front = await startFront(RTT_MILLIS);
  const keys = emulator.issueAwsCredentials();
  const {service_account_impersonation_url: impersonationUrl = '', ...config} = emulator.config;
  return {
    folder,
    open: settings => front.open(settings),
    openChecked: () => front.open({emulator: emulator.url}),
    env: async ({rttMillis = 0, impersonated, session}) => {
      const origins = front.origins.find(place => place.rttMillis === rttMillis);
      if (origins === undefined) throw new Error(`no front is ${rttMillis} ms away`);
      const from = (origin: string, url: string) =>
        `${origin}/${session.name}${new URL(url).pathname}`;
      const file = join(folder, `${session.name}-${rttMillis}-${String(impersonated)}.json`);
      await writeFile(
        file,
        JSON.stringify({
          ...config,
          token_url: from(origins.sts, config.token_url),
          ...(impersonated
            ? {service_account_impersonation_url: from(origins.iamCredentials, impersonationUrl)}
            : {}),
        }),
      );
      return {
        HOME: folder,
        PATH: process.env['PATH'] ?? '',
        NODE_EXTRA_CA_CERTS: fileURLToPath(
          new URL('../fixtures/tls/authority.pem', import.meta.url),
        ),
        GOOGLE_APPLICATION_CREDENTIALS: file,
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_SESSION_TOKEN: keys.sessionToken,
        AWS_REGION: 'us-east-1',
        BENCH_STORAGE: `${origins.storage}/${session.name}`,
      };
    },
    [Symbol.asyncDispose]: async () => {
      front.close();
      await emulator.close();
      await rm(folder, {recursive: true});
    },
  };
}
