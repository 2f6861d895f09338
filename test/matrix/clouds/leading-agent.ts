import {Agent} from 'node:https';
import {connect, type ConnectionOptions} from 'node:tls';

/** Leads every host to one port of this machine, for clients that use no proxy. */
export class LeadingAgent extends Agent {
  readonly #port: number;

  constructor(port: number) {
    super();
    this.#port = port;
  }

  override createConnection(options: ConnectionOptions) {
    return connect({
      ...options,
      servername: options.host ?? '',
      host: '127.0.0.1',
      port: this.#port,
    });
  }
}
