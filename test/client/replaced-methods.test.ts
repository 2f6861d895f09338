import assert from 'node:assert/strict';
import sinon from 'sinon';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {AwsAuthClient} from '../../src/index.js';
import {startServer, type LocalServer} from '../support/local-server.js';
import {rejectionOf} from '../support/thrown.js';
import {emulatedClient} from './emulated-client.js';

// As in google-auth-library, request() goes by getRequestHeaders(), and that by getAccessToken(): users override
// and stub them.
describe('a method that gives the token, in another’s place', () => {
  let emulator: Emulator;
  let api: LocalServer;
  /** What the API was sent, and what it answers in turn; 200 at last. */
  const seen: (string | undefined)[][] = [];
  const statuses: number[] = [];

  beforeEach(async () => {
    emulator = await startEmulator();
    api = await startServer(({headers}, response) => {
      seen.push([headers.authorization, headers['x-mine']?.toString()]);
      response.writeHead(statuses.shift() ?? 200).end();
    });
    seen.length = 0;
    statuses.length = 0;
  });

  afterEach(async () => {
    sinon.restore();
    await api.close();
    await emulator.close();
  });

  for (const [whose, stubbed] of [
    ['a client', (client: AwsAuthClient) => client],
    ['the class', () => AwsAuthClient.prototype],
  ] as const) {
    it(`is asked by request() and getRequestHeaders(), and nobody else: getAccessToken() of ${whose}`, async () => {
      const client = emulatedClient(emulator);
      sinon.stub(stubbed(client), 'getAccessToken').resolves({token: 'by-a-stub', res: null});
      await client.request({url: api.url});
      const headers = await client.getRequestHeaders();
      assert.equal(headers.get('authorization'), 'Bearer by-a-stub');
      assert.deepEqual(seen, [['Bearer by-a-stub', undefined]]);
      assert.deepEqual(emulator.requests, []);
    });
  }

  it('leaves a refusal of its own token to the caller', async () => {
    const client = emulatedClient(emulator);
    sinon.stub(client, 'getAccessToken').resolves({token: 'by-a-stub', res: null});
    statuses.push(401);
    await assert.rejects(client.request({url: api.url}), {status: 401});
    assert.equal(seen.length, 1);
    assert.deepEqual(emulator.requests, []);
  });

  it('is refused where it gives none, or one that no header can carry, which is not quoted', async () => {
    const client = emulatedClient(emulator);
    const stub = sinon.stub(client, 'getAccessToken');
    for (const token of ['', 'two words']) {
      stub.resolves({token, res: null});
      const {code, message} = await rejectionOf(client.request({url: api.url}));
      assert.equal(code, 'INVALID_OPTION');
      assert.doesNotMatch(message, /two words/);
    }
    assert.deepEqual(seen, []);
  });

  it('adds to the headers of every request, also of the one after a refusal', async () => {
    class Marking extends AwsAuthClient {
      override async getRequestHeaders(): Promise<Headers> {
        const headers = await super.getRequestHeaders();
        headers.set('x-mine', 'yes');
        return headers;
      }
    }
    const {audience, token_url: tokenUrl} = emulator.configFor();
    const client = new Marking({
      ...{audience, tokenUrl},
      awsCredentials: emulator.issueAwsCredentials(),
      awsRegion: 'us-east-1',
    });
    const {token: first} = await client.getAccessToken();
    statuses.push(401);
    await client.request({url: api.url});
    const {token: second} = await client.getAccessToken();
    assert.notEqual(second, first);
    assert.deepEqual(seen, [
      [`Bearer ${first}`, 'yes'],
      [`Bearer ${second}`, 'yes'],
    ]);
  });
});
