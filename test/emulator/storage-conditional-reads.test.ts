import assert from 'node:assert/strict';
import {assertRefused, NOW, startStorage, type StorageFixture} from './storage-fixture.js';
import {assertXmlRefused} from './support/signed-storage.js';

const OBJECT = '/storage/v1/b/my-bucket/o/a';
const XML = '/my-bucket/a';
const date = (millis: number) => new Date(millis).toUTCString();

describe('conditional reads of the emulated storage', () => {
  let fixture: StorageFixture;
  let etags: {json: string; xml: string};

  before(async () => {
    fixture = await startStorage();
    await fixture.createBucket('my-bucket');
    // A time with milliseconds, which HTTP's dates have not.
    fixture.time.now = NOW + 123;
    await fixture.upload('my-bucket', 'a', '0123456789');
    const etagOf = async (path: string) => (await fixture.call(path)).headers.get('etag') ?? '';
    etags = {json: await etagOf(OBJECT), xml: await etagOf(XML)};
  });
  after(async () => {
    assert.deepEqual(fixture.failures, []);
    await fixture.close();
  });

  const read = (path: string, headers: Record<string, string>) => fixture.call(path, {headers});

  for (const api of ['json', 'xml'] as const) {
    describe(`by the ${api.toUpperCase()} API`, () => {
      const path = api === 'xml' ? XML : `${OBJECT}?alt=media`;
      const forms = () => {
        const etag = etags[api].replaceAll('"', '');
        return [etags[api], `"${etag}"`, `W/"${etag}"`, `"other", "${etag}"`, '*'];
      };

      it('are told that the reader has it already', async () => {
        for (const wish of forms()) {
          const answer = await read(path, {'if-none-match': wish});
          assert.equal(answer.status, 304, wish);
          assert.equal(answer.text, '');
          assert.equal(answer.headers.get('etag'), etags[api]);
        }
        assert.equal((await read(path, {'if-none-match': '"other"'})).text, '0123456789');
      });

      it('are refused where it is another than is wished for', async () => {
        for (const wish of forms()) {
          assert.equal((await read(path, {'if-match': wish})).status, 200, wish);
        }
        const answer = await read(path, {'if-match': '"other"'});
        assert.equal(answer.status, 412);
        assert.match(answer.text, /pre-conditions/);
      });

      it('send a range only of what the reader has begun with', async () => {
        const part = {range: 'bytes=8-'};
        const known = await read(path, {...part, 'if-range': etags[api]});
        assert.equal(known.status, 206);
        assert.equal(known.text, '89');
        for (const wish of ['"other"', 'nonsense']) {
          const whole = await read(path, {...part, 'if-range': wish});
          assert.equal(whole.status, 200, wish);
          assert.equal(whole.text, '0123456789');
          assert.equal(whole.headers.get('content-range'), null);
        }
      });
    });
  }

  it('of metadata are conditional as well', async () => {
    assert.equal((await read(OBJECT, {'if-none-match': etags.json})).status, 304);
    const refused = await read(OBJECT, {'if-match': 'other'});
    assertRefused(refused, 412, 'conditionNotMet', /pre-conditions/);
  });

  it('compare dates in the XML API, and there alone', async () => {
    const before = date(NOW - 1000);
    for (const [header, when, status] of [
      ['if-modified-since', before, 200],
      ['if-modified-since', date(NOW), 304],
      ['if-modified-since', date(NOW + 1000), 304],
      ['if-modified-since', 'yesterday', 200],
      ['if-unmodified-since', before, 412],
      ['if-unmodified-since', date(NOW), 200],
      ['if-unmodified-since', 'yesterday', 200],
    ] as const) {
      const answer = await read(XML, {[header]: when});
      assert.equal(answer.status, status, `${header}: ${when}`);
      if (status === 412) assertXmlRefused(answer, 412, 'PreconditionFailed');
      assert.equal((await read(OBJECT, {[header]: when})).status, 200);
    }
    for (const [when, status] of [
      [before, 200],
      [date(NOW), 206],
    ] as const) {
      const answer = await read(XML, {range: 'bytes=8-', 'if-range': when});
      assert.equal(answer.status, status, when);
    }
    // An etag says more than a date.
    const both = {'if-none-match': '"other"', 'if-modified-since': date(NOW)};
    assert.equal((await read(XML, both)).status, 200);
    const matching = {'if-match': etags.xml, 'if-unmodified-since': before};
    assert.equal((await read(XML, matching)).status, 200);
  });
});
