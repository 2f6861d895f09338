import {gaxios} from 'google-auth-library';
import {sharedHttpsDelivery} from '../google/https-delivery.js';
import {deliverBy} from '../google/transporter-delivery.js';
import type {Delivery} from '../google/transport.js';
import {loadWanted} from './loaded-ahead.js';
import {isProxyNamed} from './options.js';

/**
 * Sends a client's exchange: by `node:https`, or by the client's transporter where somebody has a say in that.
 * `transporter` is a public property in google-auth-library, and tests and instrumentation replace it, or what
 * is in it, at any time, and a program may name a proxy in its environment after the client was made: so both are
 * looked at anew for each request.
 *
 * @param isOwn whether nobody had a say in it at construction.
 */
export function exchangeDelivery(
  client: {readonly transporter: gaxios.Gaxios},
  isOwn: boolean,
): Delivery {
  const made = client.transporter;
  const own = (): Delivery | undefined =>
    isOwn && !isProxyNamed() && client.transporter === made && isUntouched(made)
      ? sharedHttpsDelivery()
      : undefined;
  return {
    deliver: (request, signal) =>
      own()?.deliver(request, signal, loadWanted) ?? deliverBy(client.transporter, request, signal),
    prepare: async url => own()?.prepare(url),
  };
}

// Of the class, which tests stub, too.
const ownRequest: unknown = Reflect.get(gaxios.Gaxios.prototype, 'request');

/** Whether a transporter is as google-auth-library made it: without defaults, interceptors and stubs. */
function isUntouched(transporter: gaxios.Gaxios): boolean {
  const {defaults, interceptors} = transporter;
  return (
    Object.keys(defaults).length === 0 &&
    interceptors.request.size === 0 &&
    interceptors.response.size === 0 &&
    transporter.request === ownRequest
  );
}
