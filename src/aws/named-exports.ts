/**
 * What a CommonJS package exports by name, when it was loaded with `import()`. Node.js and most bundlers give its
 * names; in a bundle that esbuild has split, they are below `default` alone.
 */
export function namedExports<T extends object>(imported: T & {readonly default?: T}): T {
  return imported.default ?? imported;
}
