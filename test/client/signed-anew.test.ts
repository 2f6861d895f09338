import assert from 'node:assert/strict';
import sinon from 'sinon';
import {AwsAuthClient} from '../../src/index.js';
import {httpResponse, rawServers} from '../support/raw-server.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {directGaxios} from '../support/token-request.js';

describe('each attempt of an exchange', () => {
  const start = rawServers();

  // The pauses are random; nobody here waits for them.
  beforeEach(() => void sinon.stub(Math, 'random').returns(0));
  afterEach(() => sinon.restore());

  for (const [name, transporter] of [
    ['a Gaxios', directGaxios()],
    ['node:https', undefined],
  ] as const) {
    it(`has a date and a signature of its own, through ${name}`, async () => {
      const subjectTokens: string[] = [];
      const server = await start((socket, {body}) => {
        subjectTokens.push(new URLSearchParams(body).get('subject_token') ?? '');
        const isLast = subjectTokens.length === 3;
        const answer = {access_token: 'a-token', token_type: 'Bearer', expires_in: 3600};
        socket.write(isLast ? httpResponse(200, JSON.stringify(answer)) : httpResponse(503, '{}'));
      });
      let now = Date.UTC(2027, 0, 15, 8);
      const {accessKeyId, secretAccessKey, sessionToken} = SAMPLE_SECRETS;
      const client = new AwsAuthClient({
        audience:
          '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
        awsCredentials: {accessKeyId, secretAccessKey, sessionToken},
        awsRegion: 'us-east-1',
        tokenUrl: server.url,
        transporter,
        clock: () => (now += 1000),
      });
      assert.equal((await client.getAccessToken()).token, 'a-token');
      const requests = subjectTokens.map(headersOf);
      assert.equal(requests.length, 3);
      for (const name of ['x-amz-date', 'authorization']) {
        const values = requests.map(headers => headers.get(name));
        assert.equal(new Set(values).size, 3, `${name}: ${values.join()}`);
      }
      const dates = requests.map(headers => headers.get('x-amz-date') ?? '');
      assert.deepEqual(dates, dates.toSorted());
      assert.match(dates.join(), /^(?:20270115T0800\d\dZ,?){3}$/);
    });
  }
});

/** The headers of the signed request in a subject token. */
function headersOf(subjectToken: string): Map<string, string> {
  const request = JSON.parse(decodeURIComponent(subjectToken)) as {
    headers: {key: string; value: string}[];
  };
  return new Map(request.headers.map(({key, value}) => [key.toLowerCase(), value]));
}
