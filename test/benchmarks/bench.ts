// npm run bench -- NAME [NAME …]
import {benchImport} from './bench-import.js';

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {import: benchImport};

const names = process.argv.slice(2);
const unknown = names.filter(name => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(
    `No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`,
  );
  process.exit(2);
}
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (names.length === 0 || names.includes(name)) await run();
}
