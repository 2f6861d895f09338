import {subscribe} from 'node:diagnostics_channel';
import type {StepTrace} from 'google-auth-aws';
import type {RequestRecord} from 'google-auth-aws/emulator';
import type {Printer} from './printer.js';

/** What the steps of the exchange are called here, and who speaks to whom in them. */
interface Cast {
  readonly credentialSource: string;
  readonly serviceAccount: string | null;
}

/**
 * Prints the first five steps of the exchange while they happen. It listens to the package's
 * diagnostics channels and, for the step that goes on between the clouds, to the emulator.
 *
 * @returns what to call with each request that the emulator served.
 */
export function printSteps(print: Printer, cast: Cast): (record: RequestRecord) => void {
  let betweenTheClouds: RequestRecord | undefined;
  const printers: Partial<Record<StepTrace['step'], (trace: StepTrace) => void>> = {
    'aws-credentials': ({durationMillis}) => {
      print.step(
        1,
        'Get AWS credentials',
        durationMillis,
        `this process → ${cast.credentialSource}`,
      );
    },
    sign: ({durationMillis, target}) => {
      print.step(
        2,
        'Sign GetCallerIdentity, and do not send it',
        durationMillis,
        `this process alone, for ${target}`,
      );
    },
    'token-exchange': ({durationMillis, target}) => {
      print.step(
        3,
        'Exchange the signed request for a federated token',
        durationMillis,
        `this process → Google STS (${target})`,
      );
      print.step(
        4,
        'Ask AWS who signed it',
        betweenTheClouds?.millis,
        betweenTheClouds === undefined
          ? 'Google STS → AWS STS, within step 3; not to be seen from here'
          : `Google STS → AWS STS (${betweenTheClouds.host}), within step 3: ${betweenTheClouds.arn ?? 'nobody'}`,
      );
      if (cast.serviceAccount === null) {
        print.step(5, 'Act as the federated principal itself', undefined, 'nobody is asked');
      }
    },
    impersonation: ({durationMillis, target}) => {
      print.step(
        5,
        "Exchange that for the service account's token",
        durationMillis,
        `this process → IAM Credentials (${target}), for ${cast.serviceAccount ?? ''}`,
      );
    },
  };
  // Once each: a token that is exchanged again later is no news.
  const printed = new Set<string>();
  for (const [step, printStep] of Object.entries(printers)) {
    subscribe(`tracing:google-auth-aws:${step}:asyncEnd`, message => {
      if (!isStepTrace(message) || message.outcome !== 'ok' || printed.has(step)) return;
      printed.add(step);
      printStep(message);
    });
  }
  return record => {
    if (record.from === 'google-sts') betweenTheClouds = record;
  };
}

function isStepTrace(message: unknown): message is StepTrace {
  return (
    typeof message === 'object' && message !== null && 'step' in message && 'target' in message
  );
}
