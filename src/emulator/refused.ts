import type {ServiceReply} from './service.js';

/** Thrown by a service to end a call with an error reply. */
export class Refused extends Error {
  /** The error's code as the cloud spells it, for the record of the request. */
  readonly code: string;
  readonly reply: ServiceReply;
  /** What is behind it, for the record of the request: clouds tell their callers less. */
  readonly reason: string | undefined;

  constructor(code: string, reply: ServiceReply, reason?: string) {
    super(code);
    this.name = 'Refused';
    this.code = code;
    this.reply = reply;
    this.reason = reason;
  }
}
