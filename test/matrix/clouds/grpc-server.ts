import {
  Server,
  ServerCredentials,
  status,
  type Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import {isAccepted, type ReceivedCall} from './call-record.js';

/** What a server answers to a method: one message, or a stream of them. */
export interface GrpcAnswer {
  /** `/google.pubsub.v1.Publisher/Publish` */
  readonly method: string;
  readonly kind: 'unary' | 'serverStream' | 'bidi';
  /** The message in Protocol Buffers' binary form. */
  readonly message: Buffer;
}

export interface GrpcServer {
  readonly port: number;
  close(): void;
}

interface GrpcServerOptions {
  readonly tls: {readonly key: Buffer; readonly cert: Buffer};
  readonly emulatorUrl: string;
  readonly answers: readonly GrpcAnswer[];
  readonly onCall: (call: ReceivedCall) => void;
}

type Streaming = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

const asItIs = (bytes: Buffer): Buffer => bytes;

/** Google's gRPC APIs over TLS: as the REST server, each call is recorded, and refused without a valid token. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const {tls, emulatorUrl, onCall} = options;
  const server = new Server();
  const check = async (method: string, metadata: Metadata): Promise<boolean> => {
    const [given] = metadata.get('authorization');
    const authorization = given?.toString();
    const accepted = await isAccepted(emulatorUrl, authorization);
    onCall({what: `grpc ${method}`, authorization, isAccepted: accepted});
    return accepted;
  };
  const refusal = {code: status.UNAUTHENTICATED, details: 'no valid token'};

  for (const {method, kind, message} of options.answers) {
    const unary = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
      void check(method, call.metadata).then(accepted =>
        accepted ? callback(null, message) : callback(refusal),
      );
    };
    const stream = (call: Streaming) => {
      call.on('error', () => undefined);
      if ('read' in call) call.resume();
      void check(method, call.metadata).then(accepted => {
        if (!accepted) {
          call.emit('error', refusal);
          return;
        }
        call.write(message);
        if (kind === 'serverStream') call.end();
        else call.on('end', () => call.end());
      });
    };
    server.register(method, kind === 'unary' ? unary : stream, asItIs, asItIs, kind);
  }
  const credentials = ServerCredentials.createSsl(null, [
    {private_key: tls.key, cert_chain: tls.cert},
  ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {port, close: () => server.forceShutdown()};
}
