import {spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const PROGRAM = fileURLToPath(new URL('./fake-gcloud-program.mjs', import.meta.url));

/** What the fake gcloud's cloud holds, and what was asked of it. */
export interface FakeCloud {
  project: {projectId: string; projectNumber: string};
  /** One whose service accounts may be bound too. */
  otherProject?: string;
  services: string[];
  constraints: Record<string, {allValues?: string; allowedValues?: string[]}>;
  pools: Record<string, Record<string, unknown>>;
  providers: Record<string, Record<string, unknown>>;
  serviceAccounts: Record<string, {email: string}>;
  policies: Record<string, {role: string; members: string[]; condition?: {title: string}}[]>;
  /** How often a command is refused before it works. */
  failures: Record<string, number>;
  /** The calls that changed something. */
  changes: string[][];
  calls: string[][];
}

/** The outcome of a script. */
export interface ScriptRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The calls of this run that changed something. */
  readonly changes: readonly (readonly string[])[];
}

/** A folder with a `gcloud` that is a fake, and nothing of the network. */
export class FakeGcloud {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'fake-gcloud-'));
  readonly #file = path.join(this.folder, 'cloud.json');

  constructor(cloud: Partial<FakeCloud> = {}) {
    const gcloud = path.join(this.folder, 'gcloud');
    writeFileSync(gcloud, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    // Nobody waits for a cloud that is none.
    const sleep = path.join(this.folder, 'sleep');
    writeFileSync(sleep, '#!/bin/sh\n');
    chmodSync(gcloud, 0o755);
    chmodSync(sleep, 0o755);
    this.#write({
      project: {projectId: 'my-project', projectNumber: '123456789012'},
      services: [
        'cloudresourcemanager.googleapis.com',
        'iam.googleapis.com',
        'iamcredentials.googleapis.com',
        'sts.googleapis.com',
      ],
      constraints: {},
      pools: {},
      providers: {},
      serviceAccounts: {},
      policies: {},
      failures: {},
      changes: [],
      calls: [],
      ...cloud,
    });
  }

  get cloud(): FakeCloud {
    return JSON.parse(readFileSync(this.#file, 'utf8')) as FakeCloud;
  }

  /** Changes the cloud behind the script's back. */
  change(part: Partial<FakeCloud>): void {
    this.#write({...this.cloud, ...part});
  }

  /** Runs a bash script. */
  run(script: string): ScriptRun {
    const before = this.cloud.changes.length;
    const file = path.join(this.folder, 'setup.sh');
    writeFileSync(file, script);
    const {status, stdout, stderr} = spawnSync('bash', [file], {
      encoding: 'utf8',
      env: {
        PATH: `${this.folder}:${process.env['PATH'] ?? ''}`,
        HOME: this.folder,
        FAKE_GCLOUD: this.#file,
      },
    });
    return {status, stdout, stderr, changes: this.cloud.changes.slice(before)};
  }

  remove(): void {
    rmSync(this.folder, {recursive: true, force: true});
  }

  #write(cloud: FakeCloud): void {
    writeFileSync(this.#file, JSON.stringify(cloud));
  }
}
