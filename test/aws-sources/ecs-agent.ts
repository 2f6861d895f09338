import {createServer} from 'node:http';
import type {Emulator} from '../../src/emulator/index.js';

/** What answers an ECS task at 169.254.170.2. */
export interface EcsAgent {
  readonly port: number;
  close(): Promise<void>;
}

/** An agent as that of ECS: it asks for no token, and gives the emulator's credentials of the task. */
export async function ecsAgent(emulator: Emulator): Promise<EcsAgent> {
  const {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
  } = emulator.env;
  const server = createServer((request, response) => {
    if (request.url !== '/v2/credentials/task') {
      response.writeHead(404).end();
      return;
    }
    fetch(url, {headers: {authorization}})
      .then(answer => answer.text())
      .then(text => response.writeHead(200, {'content-type': 'application/json'}).end(text))
      .catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    port: address.port,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
