import {createHash} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
// Of a frame's first byte.
const FINAL = 0x80;
const TEXT = 0x1;
const CLOSE = 0x8;

/**
 * Accepts a WebSocket, answers what comes with one short message, and closes when the other side does: no more
 * is needed to see what it was opened with.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455
 */
export function openWebSocket({headers}: IncomingMessage, socket: Socket, message: string): void {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key'] ?? ''}${GUID}`)
    .digest('base64');
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'upgrade: websocket',
      'connection: Upgrade',
      `sec-websocket-accept: ${accept}`,
      '\r\n',
    ].join('\r\n'),
  );
  const payload = Buffer.from(message);
  if (payload.length > 125) throw new RangeError('more than one byte of length would be needed');
  socket.on('data', (frame: Buffer) => {
    const kind = (frame[0] ?? 0) & 0xf;
    if (kind === TEXT)
      socket.write(Buffer.concat([Buffer.from([FINAL | TEXT, payload.length]), payload]));
    if (kind === CLOSE) socket.end(Buffer.from([FINAL | CLOSE, 0]));
  });
}
