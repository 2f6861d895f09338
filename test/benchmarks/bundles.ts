import {join} from 'node:path';
import {build, type Metafile} from 'esbuild';
import {programPath} from './program-path.js';

/** A program and all that it imports, as esbuild makes it. */
export interface Bundle {
  readonly program: string;
  /** What is loaded in any case. */
  readonly bytes: number;
  /** The chunks that are loaded when they are needed. */
  readonly lazyBytes: number;
}

/** Bundles a program of `programs/` into a folder, with chunks of their own for what it loads later. */
export async function bundle(name: string, folder: string): Promise<Bundle> {
  const outdir = join(folder, name.replaceAll('/', '-'));
  const {metafile} = await build({
    entryPoints: [programPath(name)],
    outdir,
    outExtension: {'.js': '.mjs'},
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Packages that are CommonJS call require() for what is Node.js's own.
    banner: {
      js: "import {createRequire as require_} from 'node:module';const require=require_(import.meta.url);",
    },
    metafile: true,
    logLevel: 'error',
  });
  const all = Object.entries(metafile.outputs);
  const entry = all.find(([, output]) => output.entryPoint?.endsWith(`${name}.mjs`));
  if (entry === undefined) throw new Error(`esbuild made no entry for ${name}`);
  const eager = withStaticImports(entry[0], metafile);
  const sum = (isWanted: (path: string) => boolean) =>
    all.reduce((bytes, [path, output]) => bytes + (isWanted(path) ? output.bytes : 0), 0);
  return {
    program: join(outdir, `${name.split('/').at(-1) ?? ''}.mjs`),
    bytes: sum(path => eager.has(path)),
    lazyBytes: sum(path => !eager.has(path)),
  };
}

function withStaticImports(path: string, metafile: Metafile, found = new Set<string>()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const {path: imported, kind, external} of metafile.outputs[path]?.imports ?? []) {
    if (kind === 'import-statement' && external !== true)
      withStaticImports(imported, metafile, found);
  }
  return found;
}
