import {tracingChannel} from 'node:diagnostics_channel';
import {AuthClient} from 'google-auth-library';
import {isAwsAuthError, type AwsAuthErrorCode, type AwsAuthStep} from '../errors.js';

/** What the tracing channel `google-auth-aws:STEP` tells of a step. It holds no secret. */
export interface StepTrace {
  readonly step: AwsAuthStep;
  /** From 1; more where the step is tried again. */
  readonly attempt: number;
  /** The host asked, or where a value comes from. */
  readonly target: string;
  /** How long it took, in ms; set when the step has ended. */
  durationMillis?: number;
  /** Set when the step has ended. */
  outcome?: 'ok' | AwsAuthErrorCode | 'error';
}

const CHANNELS = {
  'aws-credentials': tracingChannel<unknown, StepTrace>('google-auth-aws:aws-credentials'),
  'aws-region': tracingChannel<unknown, StepTrace>('google-auth-aws:aws-region'),
  sign: tracingChannel<unknown, StepTrace>('google-auth-aws:sign'),
  'token-exchange': tracingChannel<unknown, StepTrace>('google-auth-aws:token-exchange'),
  impersonation: tracingChannel<unknown, StepTrace>('google-auth-aws:impersonation'),
  'id-token': tracingChannel<unknown, StepTrace>('google-auth-aws:id-token'),
  'sign-jwt': tracingChannel<unknown, StepTrace>('google-auth-aws:sign-jwt'),
  'jwt-bearer': tracingChannel<unknown, StepTrace>('google-auth-aws:jwt-bearer'),
  'caller-identity': tracingChannel<unknown, StepTrace>('google-auth-aws:caller-identity'),
};

/**
 * Runs a step, and tells of it on its `node:diagnostics_channel` and, with
 * `GOOGLE_SDK_NODE_LOGGING=auth`, in google-auth-library's log.
 *
 * @see https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export async function traced<T>(
  facts: {
    readonly step: keyof typeof CHANNELS;
    readonly attempt?: number;
    readonly target: string;
  },
  run: () => Promise<T>,
): Promise<T> {
  const trace: StepTrace = {step: facts.step, attempt: facts.attempt ?? 1, target: facts.target};
  const started = performance.now();
  const end = (outcome: NonNullable<StepTrace['outcome']>) => {
    trace.outcome = outcome;
    trace.durationMillis = performance.now() - started;
    AuthClient.log.info(
      '%s [attempt %d] %s: %s after %d ms',
      trace.step,
      trace.attempt,
      trace.target,
      outcome,
      Math.round(trace.durationMillis),
    );
  };
  // The channel would publish what the promise resolves with: keys and tokens. So it resolves with nothing.
  let result: {readonly value: T} | undefined;
  await CHANNELS[facts.step].tracePromise(async () => {
    try {
      result = {value: await run()};
      end('ok');
    } catch (error) {
      end(isAwsAuthError(error) ? error.code : 'error');
      throw error;
    }
  }, trace);
  if (result === undefined) throw new TypeError('a traced step ended without a result');
  return result.value;
}
