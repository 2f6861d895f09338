import {connect, createServer, type AddressInfo, type Socket} from 'node:net';

/** A port of `localhost` behind which everything is far away. */
export interface Relay {
  readonly port: number;
}

/**
 * Relays TCP connections to a local port, as if it were `rttMillis` away and back. Each chunk takes half of
 * that in either direction, and a connection's first byte waits for the whole of it, which TCP's own handshake
 * would take. So a new TLS 1.3 connection costs three round trips to the first answer, a kept one costs one.
 * Bandwidth, loss and name resolution are not modelled.
 */
export async function startRelay(targetPort: number, rttMillis: number): Promise<Relay> {
  const server = createServer(client => {
    const target = connect(targetPort, '127.0.0.1');
    const openAt = performance.now() + rttMillis;
    for (const socket of [client, target]) {
      socket.setNoDelay();
      socket.on('error', () => {
        client.destroy();
        target.destroy();
      });
    }
    pass(client, target, new DelayLine(rttMillis / 2, openAt));
    pass(target, client, new DelayLine(rttMillis / 2, openAt));
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  return {port: (server.address() as AddressInfo).port};
}

function pass(from: Socket, to: Socket, line: DelayLine): void {
  from.on('data', chunk => line.push(() => to.write(chunk)));
  from.on('end', () => line.push(() => to.end()));
  from.on('close', () => line.push(() => to.destroy()));
}

/** Does things later, in their order. */
class DelayLine {
  readonly #millis: number;
  readonly #openAt: number;
  readonly #queue: {readonly at: number; readonly act: () => void}[] = [];

  constructor(millis: number, openAt: number) {
    this.#millis = millis;
    this.#openAt = openAt;
  }

  push(act: () => void): void {
    if (this.#millis === 0) {
      act();
      return;
    }
    const at = Math.max(performance.now(), this.#openAt) + this.#millis;
    this.#queue.push({at, act});
    if (this.#queue.length === 1) this.#wait();
  }

  #wait(): void {
    const [next] = this.#queue;
    if (next === undefined) return;
    const left = next.at - performance.now();
    if (left > 0) {
      setTimeout(() => this.#wait(), left);
      return;
    }
    this.#queue.shift();
    next.act();
    this.#wait();
  }
}
