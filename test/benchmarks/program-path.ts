import {fileURLToPath} from 'node:url';

/** The path of a program of `programs/`. */
export const programPath = (name: string): string =>
  fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));
