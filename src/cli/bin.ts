#!/usr/bin/env node
import {main} from './main.js';
process.exitCode = await main(process.argv.slice(2));
// What never ends holds the process: a container's endpoint that does not answer, a credential_process. First, what
// was written must have left.
const written = (stream: NodeJS.WriteStream) =>
  new Promise(resolve => void stream.write('', resolve));
await Promise.all([process.stdout, process.stderr].map(written));
process.exit();
