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

// As one attempt at an exchange. The AWS SDK makes three.
const ATTEMPT_MILLIS = 10_000;

/** The region whose AWS STS is asked for a role. */
export type StsRegion = string | (() => Promise<string>);

/**
 * The configuration of the AWS SDK's own clients: by default their requests have no end, and one that hangs would
 * keep the process long after its source's time is over.
 *
 * @param timeoutMillis how long the source may take in all, in ms; one request never longer than ten seconds.
 * @param region the region that is asked, where the SDK does not know it.
 */
export function clientConfigWithin(timeoutMillis: number, region?: StsRegion) {
  const millis = Math.min(timeoutMillis, ATTEMPT_MILLIS);
  return {
    ...(region === undefined ? {} : {region}),
    requestHandler: {
      connectionTimeout: millis,
      requestTimeout: millis,
      throwOnRequestTimeout: true,
    },
  };
}
