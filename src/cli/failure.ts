/** The command was used wrongly: exit status 2. The message says how it is used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The command has failed: exit status 1. With an empty message everything has been said already.
 */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
