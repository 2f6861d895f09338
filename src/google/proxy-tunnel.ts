import {isError} from '../masking.js';

/**
 * The agent of one request, as one whose way to a proxy ends with the request's signal.
 *
 * The agent that Gaxios makes for a proxy (https-proxy-agent) gives the request a socket when the proxy has answered
 * CONNECT, and before that nobody can end it: a proxy that says nothing would keep a socket for each attempt, and the
 * process, for as long as it likes. An agent that is none of these, or keeps connections, is given back as it is, and so
 * is one that has no proxy of its own (proxy-agent): it makes others with what it connects with, and keeps them.
 */
export function agentUntil<T extends object>(agent: T, signal: AbortSignal): T {
  if (!isTunnelling(agent)) return agent;
  const connectOpts = {...agent.connectOpts, signal};
  const connect = async (...args: unknown[]): Promise<unknown> => {
    try {
      return await agent.connect.apply(until, args);
    } catch (error) {
      throw inWords(error);
    }
  };
  const until = new Proxy(agent, {
    get: (target, name): unknown => {
      if (name === 'connect') return connect;
      return name === 'connectOpts' ? connectOpts : Reflect.get(target, name);
    },
  });
  return until;
}

// Where none of several addresses answers, the error that holds theirs has no words, which are all that node-fetch
// passes on.
function inWords(error: unknown): unknown {
  if (!isError(error) || !('errors' in error) || !Array.isArray(error.errors)) return error;
  const first: unknown = error.errors[0];
  return isError(first) ? first : error;
}

interface Tunnelling {
  /** What the connection to the proxy is made with. */
  readonly connectOpts: object;
  readonly connect: (...args: unknown[]) => unknown;
}

function isTunnelling(agent: object): agent is Tunnelling {
  return (
    'connectOpts' in agent &&
    typeof agent.connectOpts === 'object' &&
    agent.connectOpts !== null &&
    'proxy' in agent &&
    'connect' in agent &&
    typeof agent.connect === 'function' &&
    // Its sockets outlive the request that they were made for.
    !('keepAlive' in agent && agent.keepAlive === true)
  );
}
