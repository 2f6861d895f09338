// Run by a test in a process of its own: with the global agent's authority, or another global agent.
import http from 'node:http';
import https from 'node:https';
import {createHttpsDelivery} from '../../src/google/https-delivery.js';
import {send} from '../../src/google/transport.js';
import {isAwsAuthError} from '../../src/index.js';
import {testAuthority} from '../support/raw-server.js';
import {tokenRequest} from '../support/token-request.js';

const [how, url = ''] = process.argv.slice(2);
class OtherAgent extends https.Agent {}
if (how === 'another agent') https.globalAgent = new OtherAgent({ca: testAuthority()});
/** Of no options of its own: what it does, it does itself. */
class TrustingAgent extends https.Agent {
  override createConnection(
    ...[options, done]: Parameters<https.Agent['createConnection']>
  ): ReturnType<https.Agent['createConnection']> {
    return super.createConnection({...options, ca: testAuthority()}, done);
  }
}
if (how === 'another agent of the same options') https.globalAgent = new TrustingAgent();
let plain = 0;
class PlainAgent extends http.Agent {
  override createConnection(
    ...args: Parameters<http.Agent['createConnection']>
  ): ReturnType<http.Agent['createConnection']> {
    plain += 1;
    return super.createConnection(...args);
  }
}
if (how === 'another agent, without TLS') http.globalAgent = new PlainAgent();
if (how === 'its authority') https.globalAgent.options.ca = testAuthority();
const delivery = createHttpsDelivery();
void delivery.prepare(url);
const hold = setInterval(() => undefined, 1000);
const outcome = await send(delivery, tokenRequest(url), {timeoutMillis: 15_000}).then(
  ({text}) => text,
  (error: unknown) => (isAwsAuthError(error) ? error.code : String(error)),
);
clearInterval(hold);
https.globalAgent.destroy();
process.stdout.write(plain === 0 ? outcome : `${outcome} by it`);
