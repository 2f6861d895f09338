/** How the front plays the clouds to one client. */
export interface SessionSettings {
  /** The life of the tokens that it gives. */
  readonly lifeSeconds: number;
  /** How far its clock is ahead of the machine's. */
  readonly clockAheadMillis: number;
  /** What an answer takes, apart from the way. */
  readonly answerMillis: number;
  /** Whether Google STS answers, answers 503, or takes requests and never answers. */
  readonly sts: 'up' | 'down' | 'hangs';
  /** A token that the storage takes although nobody asked for it. */
  readonly tokenInHand?: string;
  /** Hands every request on to the emulator of this origin, which checks signatures. */
  readonly emulator?: string;
}

/** What a client asked for, since its session began. */
export interface SessionCounts {
  /** Requests to Google STS, whatever the answer. */
  readonly exchanges: number;
  readonly impersonations: number;
}

/** What the front is told, and answers with a {@link FrontReply} of the same id. */
export type FrontRequest =
  | {readonly id: number; readonly listen: readonly number[]}
  | {readonly id: number; readonly session: string; readonly settings: SessionSettings}
  | {readonly id: number; readonly session: string};

export interface FrontReply {
  readonly id: number;
  readonly origins?: readonly FrontOrigins[];
  readonly counts?: SessionCounts;
}

/** Where the clouds are, for one length of the way. */
export interface FrontOrigins {
  readonly rttMillis: number;
  readonly sts: string;
  readonly iamCredentials: string;
  readonly storage: string;
}
