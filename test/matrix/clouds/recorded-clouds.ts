import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {startEmulator, type Emulator} from 'google-auth-aws/emulator';
import type {ReceivedCall} from './call-record.js';
import {startConnectProxy} from './connect-proxy.js';
import {startGrpcServer, type GrpcAnswer} from './grpc-server.js';
import {listening} from './listening.js';
import {startRestServer, type RestAnswer, type RestPorts} from './rest-server.js';
import {fixture, TRUST} from './trust.js';

/** How the APIs answer. */
export interface Answers {
  readonly rest?: readonly RestAnswer[];
  readonly grpc?: readonly GrpcAnswer[];
}

/** Both clouds, with the authorization that each call came with. */
export interface RecordedClouds {
  readonly emulator: Emulator;
  /** Variables that lead a process here, whatever host of Google's it asks for. */
  readonly env: Readonly<Record<string, string>>;
  /** The ports on which 127.0.0.1 has the REST APIs, for clients that use no proxy. */
  readonly restPorts: RestPorts;
  /** `localhost:PORT`, where gRPC is. */
  readonly grpcTarget: string;
  readonly calls: readonly ReceivedCall[];
  /** What was asked beside the APIs: the metadata server, `gcloud`, hosts that are not Google's. */
  strayed(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startRecordedClouds({
  rest = [],
  grpc = [],
}: Answers): Promise<RecordedClouds> {
  const emulator = await startEmulator();
  const tls = {
    key: await readFile(fixture('clouds-key.pem')),
    cert: await readFile(fixture('clouds.pem')),
  };
  const calls: ReceivedCall[] = [];
  const strayed: string[] = [];
  const common = {tls, emulatorUrl: emulator.url, onCall: (call: ReceivedCall) => calls.push(call)};
  const restServer = await startRestServer({...common, answers: rest});
  const grpcServer = await startGrpcServer({...common, answers: grpc});
  const refuse = (host: string) => strayed.push(`proxy: ${host}`);
  const restProxy = await startConnectProxy(restServer.ports.https, refuse);
  const grpcProxy = await startConnectProxy(grpcServer.port, refuse);

  const metadataServer = createServer((request, response) => {
    strayed.push(`metadata server: ${request.url ?? ''}`);
    response.writeHead(404, {'metadata-flavor': 'Google'}).end();
  });
  const metadataPort = await listening(metadataServer);

  const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-matrix-'));
  const gcloudLog = join(folder, 'gcloud.log');
  await writeFile(gcloudLog, '');
  await writeFile(
    join(folder, 'gcloud'),
    `#!/bin/sh\necho "gcloud: $*" >> '${gcloudLog}'\nexit 1\n`,
    {
      mode: 0o700,
    },
  );

  return {
    emulator,
    env: {
      HTTPS_PROXY: restProxy.url,
      NO_PROXY: '127.0.0.1',
      grpc_proxy: grpcProxy.url,
      GCE_METADATA_HOST: `127.0.0.1:${metadataPort}`,
      PATH: [folder, process.env['PATH'] ?? ''].join(delimiter),
      // No account of this machine's may take part.
      HOME: folder,
      ...TRUST,
    },
    restPorts: restServer.ports,
    grpcTarget: `localhost:${grpcServer.port}`,
    calls,
    strayed: async () => {
      const gcloud = (await readFile(gcloudLog, 'utf8')).split('\n').filter(line => line !== '');
      return [...strayed, ...gcloud];
    },
    close: async () => {
      for (const one of [restProxy, grpcProxy, restServer, grpcServer]) one.close();
      metadataServer.close();
      metadataServer.closeAllConnections();
      await emulator.close();
      await rm(folder, {recursive: true, force: true});
    },
  };
}
