import http2 from 'node:http2';
import {connect} from 'node:tls';

const connectHttp2 = http2.connect;

/**
 * Leads `http2.connect()` of every host to one port of this machine: firebase-admin takes nothing that could. It
 * names the scheme `https:`, which Node's own server, unlike Google's, takes for a broken request.
 */
export function leadHttp2(port: number): void {
  Object.assign(http2, {
    connect: (authority: string, options: http2.SecureClientSessionOptions) => {
      const session = connectHttp2(authority, {
        ...options,
        createConnection: ({hostname}) =>
          connect({host: '127.0.0.1', port, servername: hostname, ALPNProtocols: ['h2']}),
      });
      const request = session.request.bind(session);
      return Object.assign(session, {
        request: (headers: http2.OutgoingHttpHeaders) => request({...headers, ':scheme': 'https'}),
      });
    },
  });
}
