import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {CommandFailed} from '../../src/cli/failure.js';
import {makePrivateFolder} from '../../src/cli/private-folder.js';

describe('a private folder', () => {
  let within: string;
  beforeEach(() => {
    within = mkdtempSync(path.join(tmpdir(), 'private-folder-'));
  });
  afterEach(() => {
    rmSync(within, {recursive: true});
  });

  it("is this user's alone, and goes with what is in it", async () => {
    const folder = await makePrivateFolder('google-auth-aws-', within);
    assert.equal(path.dirname(folder.path), within);
    assert.equal(statSync(folder.path).mode & 0o777, 0o700);
    writeFileSync(path.join(folder.path, 'file'), '');
    for (let time = 0; time < 2; time += 1) folder.remove();
    assert.throws(() => statSync(folder.path), {code: 'ENOENT'});
  });

  for (const [what, name, code] of [
    ['is not there', 'absent', 'ENOENT'],
    ['is a file', 'file', 'ENOTDIR'],
  ] as const) {
    it(`says what to do where the folder for temporary files ${what}`, async () => {
      writeFileSync(path.join(within, 'file'), '');
      const place = path.join(within, name);
      await assert.rejects(
        makePrivateFolder('google-auth-aws-', place),
        new CommandFailed(
          `No folder can be made in ${JSON.stringify(place)} (${code}), where temporary files go. Set TMPDIR to a folder that is there and yours.`,
        ),
      );
    });
  }
});
