// `--import` it into a program whose client uses no proxy: its connections over TLS lead to the port of
// 127.0.0.1 that CLOUDS_PORT names, whatever host it asks for, and ask for that host's certificate still.
import tls from 'node:tls';

const {connect} = tls;
const port = Number(process.env['CLOUDS_PORT']);

Object.assign(tls, {
  connect: (options: tls.ConnectionOptions, onConnect?: () => void) =>
    connect(
      // Over a proxy's socket it is there already.
      options.socket
        ? options
        : {
            ...options,
            servername: options.servername ?? options.host ?? '',
            host: '127.0.0.1',
            port,
          },
      onConnect,
    ),
});
