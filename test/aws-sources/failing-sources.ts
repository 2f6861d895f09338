import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, it} from 'mocha';
import type {Emulator} from '../../src/emulator/index.js';
import type {AwsAuthErrorCode} from '../../src/index.js';
import {assertHidden} from '../support/secrets.js';
import {setUpTogether, startWithARoleForEach, type Setup} from './each-source.js';
import {runRows, type Outcome, type Row} from './run-rows.js';

/** A source that is set up and fails. */
export interface FailingSource {
  /** How it fails. */
  readonly title: string;
  /** Its emulator is its own: it may be made to fail. */
  readonly setUp: (emulator: Emulator, folder: string) => Setup;
  /** Whether the AWS SDK pauses and tries again: it then has a process of its own. */
  readonly slow?: boolean;
  /** Default `AWS_CREDENTIALS_UNAVAILABLE`. */
  readonly code?: AwsAuthErrorCode;
  /** What the message must say: the source, the reason and the fix. */
  readonly says: readonly (string | RegExp)[];
  /** What must show nowhere. */
  readonly hidden?: Readonly<Record<string, string>>;
}

/** Runs each source beside an instance whose metadata service would give another identity. */
export function describeFailing(title: string, cases: readonly FailingSource[]): void {
  describe(title, () => {
    const emulators: Emulator[] = [];
    let folder: string;
    const outcomes = new Map<string, Outcome>();

    before(async function () {
      this.timeout(60_000);
      folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-failing-'));
      const rows: Row[] = [];
      for (const [index, {setUp}] of cases.entries()) {
        const emulator = await startWithARoleForEach();
        emulators.push(emulator);
        const metadata = {setUp: () => emulator.awsSetup('instance-metadata')};
        const {env} = await setUpTogether([metadata, {setUp}], emulator, join(folder, `${index}`));
        assert.equal(env['AWS_EC2_METADATA_DISABLED'], 'false');
        rows.push({id: `${index}`, env});
      }
      const google = await startWithARoleForEach();
      emulators.push(google);
      const isSlow = ({id}: Row) => cases[Number(id)]?.slow === true;
      const runs = [rows.filter(row => !isSlow(row)), ...rows.filter(isSlow).map(row => [row])];
      for (const results of await Promise.all(runs.map(run => runRows(google, run)))) {
        for (const [id, result] of results) outcomes.set(id, result);
      }
    });

    after(async () => {
      await Promise.all(emulators.map(emulator => emulator.close()));
      await rm(folder, {recursive: true});
    });

    for (const [index, failing] of cases.entries()) {
      const {code = 'AWS_CREDENTIALS_UNAVAILABLE', says, hidden = {}} = failing;
      it(failing.title, () => {
        const {error} = outcomes.get(`${index}`) ?? {};
        assert.ok(error, 'it did not fail');
        assert.equal(error.code, code, error.message);
        assert.equal(error.step, 'aws-credentials');
        for (const part of says) {
          assert.ok(
            typeof part === 'string' ? error.message.includes(part) : part.test(error.message),
            `${error.message} does not say ${String(part)}`,
          );
        }
        assert.doesNotMatch(error.message, /[\n\r]/);
        assertHidden(error.shown, hidden);
        assert.deepEqual(
          emulators[index]?.requests.filter(({service}) => service === 'aws-instance-metadata'),
          [],
        );
      });
    }
  });
}
