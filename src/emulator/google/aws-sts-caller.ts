import {request} from 'node:http';
import type {AwsAssertion} from './attributes.js';
import type {AwsSubjectToken} from './aws-subject-token.js';
import {oauthError} from './oauth-error.js';

const TIMEOUT_MILLIS = 10_000;
const MAX_CHARACTERS = 65_536;

/**
 * Sends the requests of subject tokens to the emulated AWS STS, over real HTTP, as Google sends
 * them to the real one.
 */
export class AwsStsCaller {
  readonly #ports = new Set<number>();

  /** Whether a connection, told by its local port, is one of these. */
  readonly owns = (port: number | undefined): boolean =>
    port !== undefined && this.#ports.has(port);

  /**
   * Asks AWS who signed a request.
   *
   * @param port - where AWS STS is emulated
   * @throws Refused `invalid_grant`: with AWS's own words where it refuses.
   */
  async identify(token: AwsSubjectToken, port: number): Promise<AwsAssertion> {
    const {status, text} = await this.#send(token, port);
    const read = (name: string) => {
      const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
      return value === undefined ? undefined : unescapeXml(value);
    };
    if (status !== 200) {
      const code = read('Code') ?? 'Unknown';
      throw oauthError(
        'invalid_grant',
        `Received invalid AWS response of type ${code} with error message: ${read('Message') ?? ''}`,
      );
    }
    const [arn, account, userid] = [read('Arn'), read('Account'), read('UserId')];
    if (arn === undefined || account === undefined || userid === undefined) {
      throw oauthError('invalid_grant', 'Received invalid AWS response.');
    }
    return {arn, account, userid};
  }

  #send(token: AwsSubjectToken, port: number): Promise<{status: number; text: string}> {
    return new Promise((resolve, reject) => {
      const fail = () =>
        reject(oauthError('invalid_grant', "Error connecting to the given credential's issuer."));
      const call = request(
        {
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: token.target,
          headers: token.headers,
          agent: false,
          timeout: TIMEOUT_MILLIS,
        },
        response => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
            if (text.length > MAX_CHARACTERS) call.destroy(new Error('The answer is too long.'));
          });
          response.on('error', fail);
          response.on('end', () => resolve({status: response.statusCode ?? 0, text}));
        },
      );
      call.on('socket', socket => {
        socket.on('connect', () => {
          const {localPort} = socket;
          if (localPort === undefined) return;
          this.#ports.add(localPort);
          socket.on('close', () => this.#ports.delete(localPort));
        });
      });
      call.on('timeout', () => call.destroy(new Error('No answer in time.')));
      call.on('error', fail);
      call.end();
    });
  }
}

function unescapeXml(text: string): string {
  const characters: Readonly<Record<string, string>> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&apos;': "'",
    '&amp;': '&',
  };
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, entity => characters[entity] ?? entity);
}
