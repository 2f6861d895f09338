import assert from 'node:assert/strict';
import {DownscopedClient} from 'google-auth-library';
import nock from 'nock';
import type {AwsAuthClient} from '../../src/index.js';
import {json, send} from '../emulator/support/http.js';
import {Clock, emulators} from '../emulator/support/running.js';
import {emulatedClient, emulatedStorage, federatedClient} from './emulated-client.js';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const BUCKET = '//storage.googleapis.com/projects/_/buckets/mine';
const VIEWER = ['inRole:roles/storage.objectViewer'];
const PREFIX =
  "resource.name.startsWith('projects/_/buckets/mine/objects/a/') || api.getAttribute('storage.googleapis.com/objectListPrefix', '').startsWith('a/')";
const FORM = {'content-type': 'application/x-www-form-urlencoded'};

// Its import puts it into Node.js's modules, for the tests of every other file, too.
nock.restore();

describe('DownscopedClient over AwsAuthClient', () => {
  const start = emulators();
  afterEach(() => nock.cleanAll());
  before(() => nock.activate());
  after(() => nock.restore());

  async function set(makeClient = emulatedClient) {
    const clock = new Clock(Date.now());
    const emulator = await start({clock: clock.now});
    const source = makeClient(emulator, {clock: clock.now});
    const owner = emulatedStorage(emulator, source);
    for (const name of ['mine', 'other']) {
      await owner.createBucket(name);
      for (const file of ['a/x', 'b/x']) {
        await owner.bucket(name).file(file).save('hello', {resumable: false});
      }
    }
    // DownscopedClient has no option for the URL of STS.
    nock('https://sts.googleapis.com')
      .persist()
      .post('/v1/token')
      .reply(async (_, body) => {
        const answer = await send(emulator.url, {
          method: 'POST',
          path: '/v1/token',
          headers: FORM,
          body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
        });
        return [answer.status, answer.text, {'content-type': 'application/json'}];
      });
    return {clock, emulator, source};
  }
  const downscoped = (authClient: AwsAuthClient, roles = VIEWER, expression?: string) =>
    new DownscopedClient({
      authClient,
      forceRefreshOnFailure: true,
      credentialAccessBoundary: {
        accessBoundary: {
          accessBoundaryRules: [
            {
              availableResource: BUCKET,
              availablePermissions: roles,
              ...(expression !== undefined && {availabilityCondition: {expression}}),
            },
          ],
        },
      },
    });

  for (const [who, makeClient] of [
    ['a service account', emulatedClient],
    ['the federated principal', federatedClient],
  ] as const) {
    it(`reads what the boundary allows, as ${who}, and no more`, async () => {
      const {clock, emulator, source} = await set(makeClient);
      const client = downscoped(source);
      const api = `${emulator.url}/storage/v1/b`;
      const {data} = await client.request({
        url: `${api}/mine/o/a%2Fx?alt=media`,
        responseType: 'text',
      });
      assert.equal(data, 'hello');
      const denied = {status: 403};
      await assert.rejects(client.request({url: `${api}/other/o/a%2Fx?alt=media`}), denied);
      await assert.rejects(client.request({url: api}), denied);
      for (const path of ['mine/o/a%2Fx/rewriteTo/b/mine/o/new', 'mine/o/new/compose']) {
        const post = {url: `${api}/${path}`, method: 'POST' as const, data: {}};
        await assert.rejects(client.request(post), denied);
      }
      const upload = `${emulator.url}/upload/storage/v1/b/mine/o?uploadType=media&name=new`;
      await assert.rejects(client.request({url: upload, method: 'POST', body: 'x'}), denied);

      const {expirationTime} = await client.getAccessToken();
      const sourceEnds = source.credentials.expiry_date ?? 0;
      assert.ok(Math.abs((expirationTime ?? 0) - sourceEnds) < 10_000);
      clock.pass(3601);
      assert.equal(
        (await client.request({url: `${api}/mine/o/a%2Fx?alt=media`, responseType: 'text'})).data,
        'hello',
      );
      assert.ok((source.credentials.expiry_date ?? 0) > sourceEnds);
    });
  }

  it('holds a token to the condition on names and lists', async () => {
    const {emulator, source} = await set();
    const client = downscoped(source, ['inRole:roles/storage.objectAdmin'], PREFIX);
    const api = `${emulator.url}/storage/v1/b/mine/o`;
    const upload = `${emulator.url}/upload/storage/v1/b/mine/o?uploadType=media`;
    const put = (name: string) =>
      client.request({url: `${upload}&name=${name}`, method: 'POST', body: 'x'});
    await client.request({url: `${api}/a%2Fx`});
    await client.request({url: `${api}?prefix=a/`});
    await put('a/new');
    const compose = (name: string) =>
      client.request({
        url: `${api}/a%2Fall/compose`,
        method: 'POST',
        data: {sourceObjects: [{name}]},
      });
    await compose('a/x');
    await assert.rejects(compose('b/x'), {status: 403});
    await assert.rejects(put('b/new'), {status: 403});
    for (const path of ['/b%2Fx', '', '?prefix=b/']) {
      await assert.rejects(client.request({url: api + path}), {status: 403});
    }
  });

  it('is refused what is wrong with the exchange', async () => {
    const {clock, emulator, source} = await set();
    const {token} = await source.getAccessToken();
    const rule = {availableResource: BUCKET, availablePermissions: VIEWER};
    const rules = (...accessBoundaryRules: object[]) =>
      JSON.stringify({accessBoundary: {accessBoundaryRules}});
    const exchange = async (
      options: string | undefined,
      subject = token,
      change: Readonly<Record<string, string>> = {},
    ) => {
      const body = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        requested_token_type: ACCESS_TOKEN,
        subject_token_type: ACCESS_TOKEN,
        subject_token: subject,
        ...(options !== undefined && {options}),
        ...change,
      }).toString();
      return send(emulator.url, {method: 'POST', path: '/v1/token', headers: FORM, body});
    };
    const condition = (expression: string) => rules({...rule, availabilityCondition: {expression}});
    for (const [options, description] of [
      [undefined, /Missing required parameter: options/],
      ['{', /accessBoundaryRules/],
      [rules(rule).padEnd(4097), /Invalid value for \\?"options/],
      [rules(), /1 to 10 rules, not 0/],
      [rules(...Array.from({length: 11}, () => rule)), /1 to 10 rules, not 11/],
      [rules({...rule, availableResource: 'mine'}), /\[0\]\.availableResource/],
      [rules({...rule, availableResource: `x${BUCKET}`}), /\[0\]\.availableResource/],
      [rules({...rule, availableResource: `${BUCKET}/objects/x`}), /\[0\]\.availableResource/],
      [rules({...rule, availablePermissions: []}), /\[0\]\.availablePermissions/],
      [rules({...rule, availablePermissions: ['roles/storage.objectViewer']}), /not inRole:/],
      [rules({...rule, availablePermissions: ['inRole:roles/nothing']}), /not inRole:/],
      [rules({...rule, availablePermissions: [`x${VIEWER[0]}`]}), /not inRole:/],
      [condition(''), /expression is missing/],
      [condition("request.time > '1'"), /expression, column 1: Unknown variable: request/],
      [condition("api.getAttribute('x', '') == ''"), /no attribute \\?"x\\?"/],
      [condition('resource.name'), /not a boolean/],
    ] as const) {
      const answer = await exchange(options);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.text, description);
      assert.match(answer.text, /"error":"invalid_request"/);
    }
    for (const [change, description] of [
      [{grant_type: 'password'}, /unsupported_grant_type.*token-exchange/],
      [
        {requested_token_type: 'urn:ietf:params:oauth:token-type:jwt'},
        /invalid_request.*requested/,
      ],
      [{subject_token: ''}, /subject_token|subject token/],
    ] as const) {
      const answer = await exchange(rules(rule), token, change);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.text, description);
    }
    const encoded = await exchange(encodeURIComponent(rules(rule)));
    assert.equal(encoded.status, 200, encoded.text);
    const reply = json(encoded);
    assert.ok(typeof reply === 'object' && reply !== null && 'access_token' in reply);
    const again = await exchange(rules(rule), String(reply.access_token));
    assert.match(again.text, /invalid_grant.*downscoped already/);
    assert.match((await exchange(rules(rule), 'nobody')).text, /invalid_grant.*invalid/);
    clock.pass(3601);
    assert.match((await exchange(rules(rule))).text, /invalid_grant.*expired/);
  });
});
