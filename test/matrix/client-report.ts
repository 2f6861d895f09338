/** What became of an operation: `authorised`, or what else happened. */
export interface OperationReport {
  readonly name: string;
  readonly first: string;
  readonly afterRefresh: string;
}

/** What client-program.ts prints, as JSON. */
export interface ClientReport {
  readonly googleAuthLibrary: string;
  readonly projectId: string | null | undefined;
  readonly operations: readonly OperationReport[];
  readonly strayed: readonly string[];
}
