import type {ServiceReply} from './service.js';

/** Thrown by a service to end a call with an error reply. */
export class Refused extends Error {
  /** The error's code as the cloud spells it, for the record of the request. */
  readonly code: string;
  readonly reply: ServiceReply;

  constructor(code: string, reply: ServiceReply) {
    super(code);
    this.name = 'Refused';
    this.code = code;
    this.reply = reply;
  }
}
