import {fileURLToPath} from 'node:url';

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

/** What a process must be started with to trust the recorded clouds: gRPC has roots of its own. */
export const TRUST = {
  NODE_EXTRA_CA_CERTS: fixture('authority.pem'),
  GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: fixture('authority.pem'),
} as const;
