import {errorCode, isError} from '../masking.js';

/** What to do about a connection that could not be made, and whether the next one may be. */
export interface ConnectionAdvice {
  readonly fix: string;
  readonly transient: boolean;
}

/**
 * Says what to do about a connection that could not be made, or broke.
 *
 * @param error as Node.js or a transporter threw it, masked.
 * @param way.host where the request was meant to go, directly or by a proxy.
 * @param way.elsewhere what did not answer, where that is another host, and so a proxy.
 */
export function connectionAdvice(
  error: unknown,
  {host, elsewhere}: {readonly host: string; readonly elsewhere: string | undefined},
): ConnectionAdvice {
  const code = errorCode(error) ?? '';
  const words = messages(error);
  // Some versions of Node.js tell in words alone what OpenSSL found.
  const found = /^(?:EPROTO|ERR_SSL)/.test(code) ? `${code} ${words}` : code;
  const tls = TLS.find(({pattern}) => pattern.test(found));
  // What is not trusted now is not trusted a second later.
  if (tls !== undefined) return {fix: tls.fix(host), transient: false};
  // The server's own URL was read before.
  if (code === 'ERR_INVALID_URL') {
    return {
      fix: 'The address of a proxy is no URL: HTTPS_PROXY, HTTP_PROXY or the option "proxy" takes http://HOST:PORT.',
      transient: false,
    };
  }
  // https://nodejs.org/api/permissions.html#permission-model
  if (code === 'ERR_ACCESS_DENIED') {
    return {
      fix: 'Node.js was started with --permission: add --allow-net.',
      transient: false,
    };
  }
  // What a URL without a host leads to; Google's servers are asked at no such port.
  if (elsewhere === '127.0.0.1:80' || elsewhere === '::1:80') {
    return {
      fix: `Nothing of Google's is at ${elsewhere}, to which the address of a proxy leads that has no http:// in front: HTTPS_PROXY, HTTP_PROXY or the option "proxy" takes http://HOST:PORT.`,
      transient: true,
    };
  }
  if (isNameError(code)) return {fix: nameAdvice(host, elsewhere), transient: true};
  if (LOOPBACK.test(host)) return {fix: loopbackAdvice(host, elsewhere), transient: true};
  return {
    fix: 'Check that this host reaches the internet, directly or through HTTPS_PROXY (http://HOST:PORT); then try again.',
    transient: true,
  };
}

// OpenSSL's verification codes, those of Node.js, and the alerts of the other side (RFC 8446 section 6). The first that
// fits counts.
const TLS: readonly {readonly pattern: RegExp; readonly fix: (host: string) => string}[] = [
  {
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    fix: host =>
      `By this machine's clock the certificate of ${host}, or of a proxy in between, is not valid now: check the clock, then the certificate.`,
  },
  {
    pattern: /ALTNAME_INVALID|HOSTNAME_MISMATCH/,
    fix: host =>
      `Whoever answers has the certificate of another name: correct the URL, or look for a proxy or a DNS entry that leads elsewhere than to ${host}.`,
  },
  {
    pattern: /ALERT_CERTIFICATE_REQUIRED|alert certificate required/,
    fix: host =>
      `${host}, or a proxy in between, asks for a client's certificate: give an agent that has one, as transporterOptions: {agent: new https.Agent({cert, key})}.`,
  },
  {
    pattern:
      /WRONG_VERSION_NUMBER|wrong version number|PACKET_LENGTH_TOO_LONG|packet length too long/,
    fix: host =>
      `What answers at ${host} does not speak TLS: correct the URL or the port, or look for a proxy in between.`,
  },
  {
    pattern: /^(?:EPROTO|ERR_SSL)/,
    fix: () =>
      'The TLS handshake failed: look for a proxy in between that speaks an old version of TLS, or wants a certificate of its clients.',
  },
  {
    pattern: /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|ERR_TLS)/,
    fix: () =>
      'The TLS handshake failed: trust the certificate authority of your proxy with NODE_EXTRA_CA_CERTS, or correct the URL.',
  },
];

/** Whether a code says that a name did not resolve. https://nodejs.org/api/errors.html#common-system-errors */
export function isNameError(code: string): boolean {
  return /^(?:ENOTFOUND|EAI_)/.test(code);
}

function nameAdvice(host: string, elsewhere: string | undefined): string {
  return elsewhere === undefined
    ? `The name ${host.replace(/:\d+$/, '')} did not resolve: check DNS, and the host name if you set one yourself.`
    : `The name ${elsewhere} did not resolve, which is a proxy's on the way: check HTTPS_PROXY, or wherever it is given, and DNS.`;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

function loopbackAdvice(host: string, elsewhere: string | undefined): string {
  return elsewhere === undefined
    ? `Check that what is to answer at ${host}, which is this machine, is running, such as the emulator; or correct the URL.`
    : `A proxy (HTTPS_PROXY, HTTP_PROXY or the option "proxy") was asked for ${host}, which is this machine: name ${host.replace(/:\d+$/, '')} in NO_PROXY.`;
}

function messages(error: unknown, depth = 0): string {
  if (!isError(error) || depth > 5) return '';
  return `${error.message}\n${messages(error.cause, depth + 1)}`;
}
