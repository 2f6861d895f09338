import type {AwsAuthClient} from 'google-auth-aws';
import type {Answers} from './clouds/recorded-clouds.js';
import type {RestPorts} from './clouds/rest-server.js';

/** A client of Google's in one major, connected with our auth client as a user would. */
export interface ConnectedClient {
  /** The project as the client finds it by itself, asked after the operations. */
  readonly projectId?: () => Promise<string | null | undefined>;
  /** Each sends at least one call. Run once, and again with another token. */
  readonly operations: Readonly<Record<string, () => Promise<unknown>>>;
  readonly close?: () => Promise<unknown>;
}

export interface ConnectionContext {
  readonly authClient: AwsAuthClient;
  /** The ports on which 127.0.0.1 has the REST APIs, for clients that use no proxy. */
  readonly restPorts: RestPorts;
}

/** One row of the matrix. */
export interface ClientUnderTest {
  /** Its name in this folder's package.json. */
  readonly installedAs: string;
  readonly name: string;
  readonly major: string;
  /** The packages between it and the google-auth-library that it uses. */
  readonly through: readonly string[];
  /** The major of that. */
  readonly googleAuthLibrary: number;
  /** Where it has the project from: the auth client, or the user. */
  readonly project: 'found' | 'to be named' | 'not needed';
  /** The options as a user writes them in TypeScript, for the README's table. */
  readonly written: string;
  /** What cannot work: what its error must say, and what the README says to use instead. */
  readonly refused?: Readonly<Record<string, {readonly message: RegExp; readonly instead: string}>>;
  readonly answers?: Answers;
  readonly connect: (context: ConnectionContext) => Promise<ConnectedClient>;
}
