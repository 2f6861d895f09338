import type {IncomingMessage} from 'node:http';
import type {ServiceCall} from '../service.js';

const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;

/** The call that an HTTP request makes, or `undefined` where its address is not one. */
export function readCall(request: IncomingMessage): ServiceCall | undefined {
  const {method, url: target, headers, rawHeaders} = request;
  const {host} = headers;
  if (method === undefined || target === undefined || host === undefined || !HOST.test(host)) {
    return undefined;
  }
  // Not new URL(target, base): a target such as //other/ would then name a host.
  const address = `http://${host}${target}`;
  if (!target.startsWith('/') || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  // By a cloud's real name it was called through something that ended TLS on its way here; the URLs in
  // the answer must lead the same way back.
  if (!isLoopback(url.hostname) && !url.hostname.endsWith('.localhost')) url.protocol = 'https:';
  return {method, url, target, headers, rawHeaders, body: request};
}

/** Whether a host name means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
