import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {AwsAuthClient} from '../../src/index.js';
import type {Emulator} from '../../src/emulator/index.js';
import type {PrintedStep} from './doctor-fixture.js';
import {runCommand} from './run-command.js';

/**
 * Runs the `config` command that the doctor has printed, with what its reader has to fill in, and gives
 * the content of the file that it makes, at an emulator's addresses.
 */
export function remade(names: Readonly<Record<string, string>>) {
  return async (emulator: Emulator, {remedies = []}: PrintedStep): Promise<object> => {
    const printed = remedies.find(({command}) => command.startsWith('npx google-auth-aws config '));
    const command = printed?.command.replace(/\b[A-Z]{4,}\b/g, name => names[name] ?? name) ?? '';
    const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-'));
    try {
      const file = join(folder, 'gcp.json');
      const argv = command
        .replace(/(--output-file) \S+/, `$1 ${file}`)
        .split(' ')
        .slice(2);
      const {status, stderr} = await runCommand(argv);
      assert.equal(status, 0, stderr);
      const made = AwsAuthClient.fromFile(file);
      const serviceAccountEmail = made.getServiceAccountEmail();
      return emulator.configFor({
        audience: made.toJSON().audience,
        ...(serviceAccountEmail === null ? {} : {serviceAccountEmail}),
      });
    } finally {
      await rm(folder, {recursive: true});
    }
  };
}
