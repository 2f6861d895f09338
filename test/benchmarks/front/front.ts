import {fork} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import type {
  FrontOrigins,
  FrontReply,
  FrontRequest,
  SessionCounts,
  SessionSettings,
} from './front-messages.js';

/** The clouds, in a process of their own. */
export interface Front {
  readonly origins: readonly FrontOrigins[];
  /** Begins a session, which is the first part of its URLs' paths. */
  open(settings?: Partial<SessionSettings>): Promise<FrontSession>;
  close(): void;
}

export interface FrontSession {
  readonly name: string;
  change(settings: Partial<SessionSettings>): Promise<void>;
  counts(): Promise<SessionCounts>;
}

const DEFAULTS: SessionSettings = {
  lifeSeconds: 3600,
  clockAheadMillis: 0,
  answerMillis: 0,
  sts: 'up',
};

type Told = FrontRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

/** Starts the front, at each of these distances. */
export async function startFront(rttMillis: readonly number[]): Promise<Front> {
  const child = fork(fileURLToPath(new URL('front-program.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, (reply: FrontReply) => void>();
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  child.on('error', fail);
  child.on('exit', () => fail(new Error('the front has ended')));
  child.on('message', (reply: FrontReply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  let asked = 0;
  const tell = async (request: Told): Promise<FrontReply> => {
    asked += 1;
    const id = asked;
    const answer = new Promise<FrontReply>(resolve => waiting.set(id, resolve));
    child.send({...request, id});
    return Promise.race([answer, failed]);
  };
  const {origins = []} = await tell({listen: rttMillis});
  let opened = 0;
  return {
    origins,
    open: async settings => {
      opened += 1;
      const name = `s${opened}`;
      let current = {...DEFAULTS, ...settings};
      const change = async (changed: Partial<SessionSettings>) => {
        current = {...current, ...changed};
        await tell({session: name, settings: current});
      };
      await change({});
      return {
        name,
        change,
        counts: async () => {
          const {counts} = await tell({session: name});
          if (counts === undefined) throw new Error(`no such session: ${name}`);
          return counts;
        },
      };
    },
    close: () => {
      child.removeAllListeners('exit');
      child.kill();
    },
  };
}
