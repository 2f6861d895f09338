import {readdir, readFile, realpath} from 'node:fs/promises';
import path from 'node:path';
import {packageVersion} from '../package-version.js';
import type {Finding, Step} from './step.js';

const LIBRARY = 'google-auth-library';

interface Copy {
  readonly version: string;
  /** Relative to where the doctor was started. */
  readonly folder: string;
}

/** Which Node.js and which libraries run here, and whether a library is here more than once. */
export const installationStep: Step = {
  id: 'installation',
  title: 'Node.js and libraries',
  async run({io}): Promise<Finding> {
    const copies = await findCopies(io.cwd);
    const versions = new Set(copies.map(({version}) => version));
    const majors = new Set([...versions].map(version => version.split('.')[0]));
    const facts = [
      `Node.js ${process.version}`,
      `google-auth-aws ${packageVersion()}`,
      copies.length === 0
        ? `no ${LIBRARY} below ${io.cwd}`
        : `${LIBRARY} ${[...versions].sort().join(', ')}`,
    ].join(', ');
    if (versions.size < 2) return {status: 'ok', facts};
    return {
      status: 'warning',
      facts,
      meaning: `There are ${copies.length} copies of ${LIBRARY}: ${copies
        .map(({version, folder}) => `${version} in ${folder}`)
        .join(
          '; ',
        )}. Google's clients take the auth client all the same; where one holds another copy than this package does, write forGoogleClient(authClient) in TypeScript, and enableSignedUrls(storage) for signed URLs.`,
      remedies: [
        {why: 'See who asks for which', command: `npm ls ${LIBRARY}`},
        // Of different majors none can be spared.
        ...(majors.size < copies.length
          ? [{why: 'Join those that can be one', command: 'npm dedupe'}]
          : []),
      ],
    };
  },
};

/** Every copy below the folder's node_modules and those of the folders above it, each once. */
async function findCopies(cwd: string): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  const seen = new Set<string>();
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    await walk(path.join(folder, 'node_modules'), cwd, seen, copies);
    if (folder === path.dirname(folder)) return copies;
  }
}

async function walk(
  modules: string,
  cwd: string,
  seen: Set<string>,
  copies: Copy[],
): Promise<void> {
  for (const name of await namesIn(modules)) {
    // pnpm keeps every package in a node_modules of its own below this one.
    if (name.startsWith('@') || name === '.pnpm') {
      for (const inner of await namesIn(path.join(modules, name))) {
        await visit(path.join(modules, name, inner), cwd, seen, copies);
      }
    } else if (!name.startsWith('.')) {
      await visit(path.join(modules, name), cwd, seen, copies);
    }
  }
}

async function visit(
  folder: string,
  cwd: string,
  seen: Set<string>,
  copies: Copy[],
): Promise<void> {
  let real;
  try {
    real = await realpath(folder);
  } catch {
    return;
  }
  // Links may lead round in a circle.
  if (seen.has(real)) return;
  seen.add(real);
  if (path.basename(real) === LIBRARY) {
    const version = versionIn(await readOrNothing(path.join(folder, 'package.json')));
    if (version !== undefined)
      copies.push({version, folder: path.relative(await realpath(cwd), real)});
  }
  await walk(path.join(folder, 'node_modules'), cwd, seen, copies);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

async function readOrNothing(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}

function versionIn(manifest: string): string | undefined {
  return /"version"\s*:\s*"([^"]+)"/.exec(manifest)?.[1];
}
