/**
 * What a CommonJS package exports by name, when it was loaded with `import()`. Node.js and most bundlers give its
 * names; in a bundle that esbuild has split, they are below `default` alone.
 */
export function namedExports<T extends object>(imported: T & {readonly default?: T}): T {
  return imported.default ?? imported;
}

/** The AWS SDK's credential providers, loaded when a source needs them: keys of the environment do not. */
export async function credentialProviders(): Promise<
  typeof import('@aws-sdk/credential-providers')
> {
  return namedExports(await import('@aws-sdk/credential-providers'));
}
