// Run by a test in a process of its own, with google-auth-library's log switched on.
import {AuthClient} from 'google-auth-library';
import {
  generateAccessTokenRequest,
  readGenerateAccessToken,
} from '../../src/google/service-account.js';
import {readTokenExchange, tokenExchangeRequest} from '../../src/google/token-exchange.js';
import {send} from '../../src/google/transport.js';
import {sampleExchange, sampleImpersonation} from '../support/sample-requests.js';
import {directGaxios} from '../support/token-request.js';

const OPTIONS = {timeoutMillis: 10_000};
const [good = '', bad = '', broken = ''] = process.argv.slice(2);

const transporter = directGaxios();
transporter.interceptors.request.add(AuthClient.DEFAULT_REQUEST_INTERCEPTOR);
transporter.interceptors.response.add(AuthClient.DEFAULT_RESPONSE_INTERCEPTOR);

const outcomes: string[] = [];
const note = async (run: () => Promise<unknown>): Promise<void> => {
  try {
    await run();
    outcomes.push('ok');
  } catch (error) {
    outcomes.push(error instanceof Error && 'code' in error ? String(error.code) : 'another');
    console.error('%o', error);
  }
};

for (const origin of [good, bad, broken]) {
  await note(async () => {
    const exchange = sampleExchange({tokenUrl: `${origin}/v1/token`});
    const response = await send(transporter, tokenExchangeRequest(exchange), OPTIONS);
    return readTokenExchange(response, exchange);
  });
  await note(async () => {
    const impersonation = sampleImpersonation({url: `${origin}/generateAccessToken`});
    const request = generateAccessTokenRequest(impersonation);
    const response = await send(transporter, request, OPTIONS);
    return readGenerateAccessToken(response, impersonation, [Date.now()]);
  });
}
process.stdout.write(JSON.stringify(outcomes));
