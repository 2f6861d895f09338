/** A call that a server received. */
export interface ReceivedCall {
  /** `GET storage.googleapis.com/storage/v1/b`, or `grpc /google.pubsub.v1.Publisher/Publish`. */
  readonly what: string;
  /** The header as it came, or undefined where there was none. */
  readonly authorization: string | undefined;
  /** Whether the token is one that the emulator issued and that has not ended. */
  readonly isAccepted: boolean;
}

/** Asks the emulator whether it knows a token: what it says is no claim of the client's. */
export async function isAccepted(
  emulatorUrl: string,
  authorization: string | undefined,
): Promise<boolean> {
  if (authorization === undefined) return false;
  const answer = await fetch(`${emulatorUrl}/storage/v1/b?project=my-project`, {
    headers: {authorization},
  });
  await answer.arrayBuffer();
  return answer.status === 200;
}
