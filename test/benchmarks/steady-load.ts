import type {ClientName} from './clients.js';
import type {Clouds} from './clouds.js';
import {startDriven, type DrivenProcess} from './driven-process.js';
import type {FrontSession} from './front/front.js';
import type {SessionSettings} from './front/front-messages.js';

/** A client under steady load, and the clouds that it sees. */
export interface SteadyLoad {
  readonly client: ClientName;
  readonly session: FrontSession;
  /** Sets the clocks of the client and of its clouds forward, as time that passes would. */
  passTime(millis: number): Promise<void>;
  end(): Promise<SteadyResult>;
  kill(): void;
}

/** How a call went. */
export interface SteadyCall {
  readonly millis: number;
  /** Whether the event loop turned meanwhile: if not, only the processor can have kept it waiting. */
  readonly turned: boolean;
}

export interface SteadyResult {
  readonly calls: readonly SteadyCall[];
  readonly failed: number;
  readonly unanswered: number;
}

export const TOKEN_LIFE_SECONDS = 3600;

/**
 * The time at which every client here wants another token: 280 seconds before the old one ends. `AwsClient`
 * begins at 300, `AwsAuthClient` somewhere between 315 and 285.
 */
export const INTO_THE_WINDOW_MILLIS = (TOKEN_LIFE_SECONDS - 280) * 1000;

/** Starts a client with a token that lives an hour, and calls it steadily. */
export async function startSteadyLoad(
  clouds: Clouds,
  load: {
    readonly client: ClientName;
    readonly impersonated: boolean;
    readonly callsPerSecond: number;
    readonly limitMillis: number;
    readonly settings?: Partial<SessionSettings>;
  },
): Promise<SteadyLoad> {
  const session = await clouds.open({lifeSeconds: TOKEN_LIFE_SECONDS, ...load.settings});
  const env = await clouds.env({impersonated: load.impersonated, session});
  const child: DrivenProcess = startDriven(
    'steady-calls',
    [load.client, String(load.callsPerSecond)],
    env,
    load.limitMillis,
  );
  try {
    await child.tell('begin');
  } catch (error) {
    child.kill();
    throw error;
  }
  return {
    client: load.client,
    session,
    passTime: async millis => {
      await session.change({clockAheadMillis: millis});
      await child.tell('clock', {aheadMillis: millis});
    },
    end: async () => {
      const {calls, failed, unanswered} = await child.tell('end');
      if (!isCalls(calls) || typeof failed !== 'number' || typeof unanswered !== 'number') {
        throw new Error('steady-calls answered something else');
      }
      return {calls, failed, unanswered};
    },
    kill: () => child.kill(),
  };
}

function isCalls(value: unknown): value is SteadyCall[] {
  return (
    Array.isArray(value) &&
    value.every(
      (item: Partial<SteadyCall> | null) =>
        typeof item?.millis === 'number' && typeof item.turned === 'boolean',
    )
  );
}
