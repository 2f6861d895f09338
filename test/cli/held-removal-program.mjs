// Preloaded by a test: the first removal waits until the pipe that HOLD_REMOVAL names has been opened
// for writing and closed again. So the test knows when the command removes what it made, and may send
// it something in the midst of it.
import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';

const {rmSync} = fs;
fs.rmSync = (...args) => {
  fs.rmSync = rmSync;
  syncBuiltinESMExports();
  fs.readFileSync(process.env.HOLD_REMOVAL);
  rmSync(...args);
};
syncBuiltinESMExports();
