/**
 * A property that fails tells its example within a test's time, though it may not be the shortest yet; else the test
 * would end without one.
 */
export const TELLS_IN_TIME = {
  interruptAfterTimeLimit: 12_000,
  markInterruptAsFailure: true,
} as const;
