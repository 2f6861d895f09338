import {request, type IncomingHttpHeaders} from 'node:http';
import {connect} from 'node:net';

/** An HTTP answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Message {
  readonly method?: string;
  /** The request target, sent as it is. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | undefined;
}

/** Sends one request on a connection of its own. */
export function send(url: string, message: Message): Promise<Answer> {
  const {hostname, port} = new URL(url);
  return new Promise((resolve, reject) => {
    const call = request(
      {
        hostname,
        port,
        agent: false,
        method: message.method ?? 'GET',
        path: message.path,
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : [...value],
          ]),
        ),
      },
      response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({status: response.statusCode ?? 0, headers: response.headers, text}),
        );
      },
    );
    call.on('error', reject);
    call.end(message.body);
  });
}

/** Sends bytes as they are, and returns the bytes of the answer. */
export function sendRaw(url: string, lines: readonly string[]): Promise<string> {
  const {hostname, port} = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(lines.join('\r\n')));
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

/** A JSON answer's body. */
export function json(answer: Answer): unknown {
  return JSON.parse(answer.text);
}

/** The fields of a JSON object. */
export function fields(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('It is no JSON object.');
  return {...value};
}
