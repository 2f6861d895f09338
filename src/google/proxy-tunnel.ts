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
  return new Proxy(agent, {
    get: (target, name): unknown =>
      name === 'connectOpts' ? connectOpts : Reflect.get(target, name),
  });
}

interface Tunnelling {
  /** What the connection to the proxy is made with. */
  readonly connectOpts: object;
}

function isTunnelling(agent: object): agent is Tunnelling {
  return (
    'connectOpts' in agent &&
    typeof agent.connectOpts === 'object' &&
    agent.connectOpts !== null &&
    'proxy' in agent &&
    // Its sockets outlive the request that they were made for.
    !('keepAlive' in agent && agent.keepAlive === true)
  );
}
