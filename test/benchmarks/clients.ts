/** What makes tokens; each is a file of `programs/clients/`. */
export const CLIENTS = [
  'aws-client',
  'google-auth-aws',
  'aws-client-with-aws-sdk',
  'bare-https',
] as const;

/** All that is compared: those, and a client that has its token when it begins. */
export const COMPARED = [...CLIENTS, 'token-in-hand'] as const;

export type ClientName = (typeof COMPARED)[number];

/** The three that keep tokens; the floor is a program that makes one, and no client. */
export const KEEPING_CLIENTS = [
  'aws-client',
  'google-auth-aws',
  'aws-client-with-aws-sdk',
] as const;

/** All else is measured against this one. */
export const BASELINE: ClientName = 'aws-client';

export const CLIENT_TITLES: Readonly<Record<ClientName, string>> = {
  'aws-client': '`AwsClient`',
  'google-auth-aws': '`AwsAuthClient`',
  'aws-client-with-aws-sdk': '`AwsClient` + AWS SDK',
  'bare-https': 'bare `node:https`',
  'token-in-hand': 'a token in hand',
};

/** The list, begun at another place each time: nobody always runs first, in the wake of the same other. */
export function inTurns<T>(list: readonly T[], round: number): T[] {
  const start = round % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
