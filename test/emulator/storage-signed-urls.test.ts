import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {
  assertXmlRefused,
  BUCKET,
  HOUR,
  OTHER,
  SIGNER,
  sharedSignedStorage,
  startSignedStorage,
  type SignedStorage,
  type Version,
} from './support/signed-storage.js';

const VERSIONS: readonly Version[] = ['v2', 'v4'];
const NAMES = ['plain.txt', "a dir/it's (1)+ü&=?#%.txt", 'a//b', 'dots/../up', '*!~-_.'];
const DAY = 24 * HOUR;

describe('the emulated Cloud Storage, asked by signed URLs', () => {
  let storage: SignedStorage;
  sharedSignedStorage(made => (storage = made));
  beforeEach(() => storage.upload(BUCKET, 'plain.txt', 'hello'));

  for (const version of VERSIONS) {
    describe(version, () => {
      for (const name of NAMES.filter(each => !each.includes('..'))) {
        it(`reads ${name}`, async () => {
          await storage.upload(BUCKET, name, `content of ${name}`);
          const answer = await fetch(await storage.sign(name, version));
          assert.equal(answer.status, 200);
          assert.equal(await answer.text(), `content of ${name}`);
          assert.equal(answer.headers.get('content-type'), 'text/plain');
          const md5 = createHash('md5').update(`content of ${name}`).digest('hex');
          assert.equal(answer.headers.get('etag'), `"${md5}"`);
        });
      }

      it('tells a HEAD request what it may read, without the content', async () => {
        const answer = await fetch(await storage.sign('plain.txt', version), {method: 'HEAD'});
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('content-length'), '5');
        assert.equal(await answer.text(), '');
      });

      it('reads a range', async () => {
        const url = await storage.sign('plain.txt', version);
        const answer = await fetch(url, {headers: {range: 'bytes=1-3'}});
        assert.deepEqual([answer.status, await answer.text()], [206, 'ell']);
        assertXmlRefused(
          await storage.ask(url, {headers: {range: 'bytes=9-'}}),
          416,
          'InvalidRange',
        );
      });

      it('answers with the type and the disposition that the URL says', async () => {
        const url = await storage.sign('plain.txt', version, {
          responseType: 'application/x-thing',
          responseDisposition: 'attachment; filename="späť.txt"',
        });
        const answer = await fetch(url);
        assert.equal(answer.headers.get('content-type'), 'application/x-thing');
        const disposition = answer.headers.get('content-disposition') ?? '';
        assert.equal(
          Buffer.from(disposition, 'latin1').toString('utf8'),
          'attachment; filename="späť.txt"',
        );
      });

      it('writes, with the headers that were signed', async () => {
        const extensionHeaders = {
          'x-goog-meta-who': 'me',
          'x-goog-if-generation-match': '0',
          'x-goog-content-length-range': '1,10',
        };
        const content = 'written';
        const contentMd5 = createHash('md5').update(content).digest('base64');
        const url = await storage.sign(`written-${version}.txt`, version, {
          action: 'write',
          contentType: 'text/x-written',
          contentMd5,
          extensionHeaders,
        });
        const headers = {
          ...extensionHeaders,
          'content-type': 'text/x-written',
          'content-md5': contentMd5,
        };
        const put = (body: string) => storage.ask(url, {method: 'PUT', headers, body});
        assertXmlRefused(await put(''), 400, 'EntityTooSmall');
        assertXmlRefused(await put('more than ten'), 400, 'EntityTooLarge');
        assertXmlRefused(await put('Written'), 400, 'BadDigest', /Provided MD5 hash/);
        const answer = await put(content);
        assert.equal(answer.status, 200, answer.text);
        assert.match(answer.headers['x-goog-hash']?.toString() ?? '', /^crc32c=.*,md5=/);
        assertXmlRefused(await put(content), 412, 'PreconditionFailed');

        const [metadata] = await storage
          .client()
          .bucket(BUCKET)
          .file(`written-${version}.txt`)
          .getMetadata();
        assert.equal(metadata.contentType, 'text/x-written');
        assert.deepEqual(metadata.metadata, {who: 'me'});
        const read = await fetch(await storage.sign(`written-${version}.txt`, version));
        assert.equal(read.headers.get('x-goog-meta-who'), 'me');
      });

      it('deletes', async () => {
        const url = await storage.sign('plain.txt', version, {action: 'delete'});
        assert.equal((await fetch(url, {method: 'DELETE'})).status, 204);
        assertXmlRefused(await storage.ask(url, {method: 'DELETE'}), 404, 'NoSuchKey');
      });

      it('starts a resumable upload, whose own URL takes the bytes', async () => {
        const name = `a dir/resumable-${version}.txt`;
        const url = await storage.sign(name, version, {action: 'resumable'});
        const unsaid = await storage.ask(url, {method: 'POST'});
        assert.ok(unsaid.status >= 400, unsaid.text);
        const started = await fetch(url, {method: 'POST', headers: {'x-goog-resumable': 'start'}});
        assert.equal(started.status, 201, await started.text());
        const session = started.headers.get('location') ?? '';
        assert.equal(new URL(session).pathname, new URL(url).pathname);
        const quantum = 'x'.repeat(256 * 1024);
        const part = await fetch(session, {
          method: 'PUT',
          body: quantum,
          headers: {'content-range': `bytes 0-${quantum.length - 1}/*`},
        });
        assert.deepEqual(
          [part.status, part.headers.get('range')],
          [308, `bytes=0-${quantum.length - 1}`],
        );
        const last = await fetch(session, {
          method: 'PUT',
          body: 'end',
          headers: {
            'content-range': `bytes ${quantum.length}-${quantum.length + 2}/${quantum.length + 3}`,
          },
        });
        assert.equal(last.status, 200, await last.text());
        const read = await fetch(await storage.sign(name, version));
        assert.equal(await read.text(), `${quantum}end`);
        assertXmlRefused(await storage.ask(session), 405, 'MethodNotAllowed');
        assertXmlRefused(
          await storage.ask(session.replace(/upload_id=.*/, 'upload_id=none'), {method: 'PUT'}),
          404,
          'NoSuchUpload',
        );
      });

      it('cancels a resumable upload', async () => {
        const url = await storage.sign('cancelled.txt', version, {action: 'resumable'});
        const headers = {'x-goog-resumable': 'start'};
        const session = (await fetch(url, {method: 'POST', headers})).headers.get('location') ?? '';
        assert.equal((await storage.ask(session, {method: 'DELETE'})).status, 499);
        assert.equal((await storage.ask(session, {method: 'PUT', body: 'x'})).status, 499);
      });

      it('reads the generation that the URL names, and no other', async () => {
        const [{generation = '0'}] = await storage
          .client()
          .bucket(BUCKET)
          .file('plain.txt')
          .getMetadata();
        const queryParams = {generation: String(generation)};
        const url = await storage.sign('plain.txt', version, {queryParams});
        assert.equal((await fetch(url)).status, 200);
        await storage.upload(BUCKET, 'plain.txt', 'a newer one');
        assertXmlRefused(await storage.ask(url), 404, 'NoSuchKey');
      });

      it('refuses another object, method and signature, and shows what should be signed', async () => {
        const url = await storage.sign('plain.txt', version);
        await storage.upload(BUCKET, 'other.txt', 'secret');
        const other = url.replace('plain.txt', 'other.txt');
        const text = assertXmlRefused(await storage.ask(other), 403, 'SignatureDoesNotMatch');
        assert.match(text, /<StringToSign>(?:GET|GOOG4-RSA-SHA256)\n/);
        assert.match(text, /\n\/signed-bucket\/other\.txt/);
        assert.equal(text.includes('<CanonicalRequest>'), version === 'v4');
        for (const method of ['PUT', 'DELETE']) {
          assertXmlRefused(await storage.ask(url, {method}), 403, 'SignatureDoesNotMatch');
        }
        const forged = url.replace(
          // A digit, and none of an escape.
          /(Signature=(?:%..)*)(.)/,
          (_, start: string, digit: string) => start + (digit === '1' ? '2' : '1'),
        );
        assertXmlRefused(await storage.ask(forged), 403, 'SignatureDoesNotMatch');
        assert.equal((await fetch(url)).status, 200);
      });

      it('refuses to read under a signature to write', async () => {
        const write = await storage.sign('plain.txt', version, {action: 'write'});
        assertXmlRefused(await storage.ask(write), 403, 'SignatureDoesNotMatch');
        assert.equal((await storage.ask(write, {method: 'HEAD'})).status, 403);
      });

      it('refuses a header that was changed, left out or added', async () => {
        const extensionHeaders = {'x-goog-meta-who': 'me'};
        const url = await storage.sign('plain.txt', version, {
          action: 'write',
          contentType: 'text/plain',
          extensionHeaders,
        });
        const right = {...extensionHeaders, 'content-type': 'text/plain'};
        const put = (headers: Record<string, string>) =>
          storage.ask(url, {method: 'PUT', headers, body: 'x'});
        const mismatch = 'SignatureDoesNotMatch';
        const malformed = 'MalformedSecurityHeader';
        const [status, code] =
          version === 'v4' ? ([400, malformed] as const) : ([403, mismatch] as const);
        assertXmlRefused(await put({...right, 'content-type': 'text/html'}), 403, mismatch);
        assertXmlRefused(await put({...right, 'x-goog-meta-who': 'you'}), 403, mismatch);
        assertXmlRefused(await put(extensionHeaders), status, code);
        assertXmlRefused(await put({...right, 'x-goog-meta-more': 'x'}), status, code);
        assert.equal((await put(right)).status, 200);
      });

      it('refuses it from its end on, not before', async () => {
        const expires = Math.ceil(Date.now() / 1000) * 1000 + 60_000;
        const url = await storage.sign('plain.txt', version, {expires});
        storage.time.now = expires - 1;
        assert.equal((await fetch(url)).status, 200);
        storage.time.now = expires;
        assertXmlRefused(
          await storage.ask(url),
          400,
          'ExpiredToken',
          /<Details>The provided token has expired\. Request /,
        );
      });

      it("refuses another account's key, and an account that does not exist", async () => {
        const url = await storage.sign('plain.txt', version, {}, OTHER);
        assert.equal((await fetch(url)).status, 200);
        const as = (email: string) =>
          storage.ask(url.replace(encodeURIComponent(OTHER), encodeURIComponent(email)));
        assertXmlRefused(await as(SIGNER), 403, 'SignatureDoesNotMatch');
        assertXmlRefused(await as('nobody@x.iam.gserviceaccount.com'), 403, 'InvalidSecurity');
      });

      it('says so where the bucket or the object is not there', async () => {
        assertXmlRefused(
          await storage.ask(await storage.sign('missing', version)),
          404,
          'NoSuchKey',
          /No such object: signed-bucket\/missing/,
        );
        const [url] = await storage
          .file('x')
          .storage.bucket('no-such-bucket')
          .file('x')
          .getSignedUrl({action: 'read', version, expires: Date.now() + HOUR});
        assertXmlRefused(await storage.ask(url), 404, 'NoSuchBucket');
      });

      it('reads by the host names of virtual-hosted style and of a bucket', async () => {
        const virtual = await storage.sign('plain.txt', version, {virtualHostedStyle: true});
        assert.equal(new URL(virtual).host, `${BUCKET}.storage.localhost`);
        assert.equal((await storage.ask(virtual)).text, 'hello');
        await storage.createBucket(`${version}.files.localhost`).catch(() => undefined);
        await storage.upload(`${version}.files.localhost`, 'b/x', 'by name');
        const [bound] = await storage
          .file('x')
          .storage.bucket(`${version}.files.localhost`)
          .file('b/x')
          .getSignedUrl({
            action: 'read',
            version,
            expires: Date.now() + HOUR,
            cname: `http://${version}.files.localhost:${storage.port}`,
          });
        assert.equal((await storage.ask(bound)).text, 'by name');
      });

      it('does not play a list of objects', async () => {
        const [url] = await storage
          .file('x')
          .storage.bucket(BUCKET)
          .getSignedUrl({action: 'list', version, expires: Date.now() + HOUR});
        assertXmlRefused(await storage.ask(url), 501, 'NotImplemented', /does not play buckets/);
      });
    });
  }

  describe('malformed V2 signatures', () => {
    const changed = async (change: (query: URLSearchParams) => void) => {
      const url = new URL(await storage.sign('plain.txt', 'v2'));
      change(url.searchParams);
      return storage.ask(url.href);
    };

    for (const name of ['GoogleAccessId', 'Expires', 'Signature']) {
      it(`without ${name}`, async () => {
        const code = 'MissingSecurityHeader';
        const answer = await changed(query => query.delete(name));
        const text = assertXmlRefused(answer, 400, code);
        assert.match(text, new RegExp(`<ParameterName>${name}</ParameterName>`));
      });
    }

    it('not in base64, as where a plus sign was not encoded', async () => {
      const answer = await changed(query => query.set('Signature', 'a b='));
      assertXmlRefused(answer, 400, 'MalformedSecurityHeader', /Signature was not base64 encoded/);
    });

    it('with an end that is no number', async () => {
      const answer = await changed(query => query.set('Expires', 'NaN'));
      assertXmlRefused(
        answer,
        400,
        'InvalidArgument',
        /<Details>Expires parameter is not a valid long value: NaN<\/Details>/,
      );
    });

    it('with an end in ms, which is one that is far away, and with one before 1970', async () => {
      const far = await changed(query => query.set('Expires', String(storage.time.now + HOUR)));
      assertXmlRefused(far, 403, 'SignatureDoesNotMatch');
      const past = await changed(query => query.set('Expires', '-1'));
      assertXmlRefused(past, 400, 'ExpiredToken');
    });
  });

  describe('malformed V4 signatures', () => {
    const changed = async (name: string, value: string | undefined) => {
      const url = new URL(await storage.sign('plain.txt', 'v4'));
      if (value === undefined) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
      return storage.ask(url.href);
    };

    for (const name of ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders']) {
      it(`without X-Goog-${name}`, async () => {
        const answer = await changed(`X-Goog-${name}`, undefined);
        const text = assertXmlRefused(answer, 400, 'MissingSecurityHeader');
        assert.match(text, new RegExp(`<ParameterName>X-Goog-${name}</ParameterName>`));
      });
    }

    for (const name of [
      'Algorithm',
      'Credential',
      'Date',
      'Expires',
      'SignedHeaders',
      'Signature',
    ]) {
      it(`with an X-Goog-${name} of nothing`, async () => {
        const answer = await changed(`X-Goog-${name}`, '');
        assertXmlRefused(answer, 400, 'MissingSecurityHeader', parameter(`X-Goog-${name}`));
      });
    }

    const parameter = (name: string) => new RegExp(`<ParameterName>${name}</ParameterName>`);
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');

    for (const [name, value, why] of [
      ['Algorithm', 'GOOG4-HMAC-SHA256', 'Only GOOG4-RSA-SHA256 is played'],
      ...[
        'signer@example.com',
        `/${today}/auto/storage/goog4_request`,
        `${SIGNER}/${today.slice(1)}/auto/storage/goog4_request`,
        `${SIGNER}/${today}/au to/storage/goog4_request`,
        `${SIGNER}/${today}/auto/s3/goog4_request`,
        `${SIGNER}/${today}/auto/storage/aws4_request`,
        `${SIGNER}/${today}/auto/storage/goog4_requests`,
      ].map(each => ['Credential', each, 'not of the form EMAIL/'] as const),
      ['Credential', `${SIGNER}/20200101/auto/storage/goog4_request`, 'of another day'],
      ...[
        '2026-01-02T03:04:05Z',
        '20261399T000000Z',
        '20260102T030405',
        '20260102T030405Z ',
        ' 20260102T030405Z',
        '20260102T0304Z',
      ].map(each => ['Date', each, 'not of the form YYYYMMDDTHHMMSSZ'] as const),
      ...['0', '-1', '604801', 'never', '60s', 's60', '1.5', '1e3'].map(
        each => ['Expires', each, 'from 1 to 604800'] as const,
      ),
      ...['no hex', 'abc', 'ab cd', 'xxab', 'abxx'].map(
        each => ['Signature', each, 'not hex encoded'] as const,
      ),
    ] as const) {
      it(`with X-Goog-${name}=${value}`, async () => {
        const answer = await changed(`X-Goog-${name}`, value);
        assertXmlRefused(answer, 400, 'MalformedSecurityHeader', parameter(`X-Goog-${name}`));
        assert.ok(answer.text.includes(why), answer.text);
      });
    }

    for (const [value, missing, why] of [
      ['x-goog-date', 'host', 'Host header not signed'],
      ['ghost', 'host', 'Host header not signed'],
      ['host;x-not-sent', 'x-not-sent', 'not in the request'],
    ] as const) {
      it(`with X-Goog-SignedHeaders=${value}`, async () => {
        const answer = await changed('X-Goog-SignedHeaders', value);
        assertXmlRefused(answer, 400, 'MalformedSecurityHeader', parameter(missing));
        assert.ok(answer.text.includes(why), answer.text);
      });
    }

    it('takes the hexadecimal digits of a signature in capitals', async () => {
      const url = new URL(await storage.sign('plain.txt', 'v4'));
      const signature = url.searchParams.get('X-Goog-Signature') ?? '';
      url.searchParams.set('X-Goog-Signature', signature.toUpperCase());
      assert.equal((await fetch(url)).status, 200);
    });

    it('shows the request as it was sent: with the port in its host', async () => {
      const url = await storage.sign('plain.txt', 'v4');
      const text = assertXmlRefused(
        await storage.ask(url, {method: 'PUT'}),
        403,
        'SignatureDoesNotMatch',
      );
      assert.ok(text.includes(`\nhost:${new URL(url).host}\n`), text);
    });

    it('lives a second, and says when it ended', async () => {
      const accessibleAt = Math.floor(Date.now() / 1000) * 1000;
      const config = {accessibleAt, expires: accessibleAt + 1000};
      const url = await storage.sign('plain.txt', 'v4', config);
      storage.time.now = accessibleAt + 999;
      assert.equal((await fetch(url)).status, 200);
      storage.time.now = accessibleAt + 1000;
      const answer = await storage.ask(url);
      const end = new Date(accessibleAt + 1000).toISOString().replace('.000Z', '+00:00');
      assertXmlRefused(answer, 400, 'ExpiredToken');
      assert.ok(answer.text.includes(`Request signature expired at: ${end}<`), answer.text);
    });

    it('from the future, beyond what clocks may differ', async () => {
      const accessibleAt = Date.now() + DAY;
      const config = {accessibleAt, expires: accessibleAt + HOUR};
      const url = await storage.sign('plain.txt', 'v4', config);
      assertXmlRefused(await storage.ask(url), 403, 'AccessDenied', /not yet valid/);
      const signedAt = Math.floor(accessibleAt / 1000) * 1000;
      storage.time.now = signedAt - 15 * 60_000 - 1;
      assertXmlRefused(await storage.ask(url), 403, 'AccessDenied', /not yet valid/);
      storage.time.now = signedAt - 15 * 60_000;
      assert.equal((await fetch(url)).status, 200);
    });

    it('takes the longest life there is', async () => {
      const accessibleAt = Math.floor(Date.now() / 1000) * 1000;
      const config = {accessibleAt, expires: accessibleAt + 7 * DAY};
      const url = await storage.sign('plain.txt', 'v4', config);
      storage.time.now = accessibleAt + 7 * DAY - 1;
      assert.equal((await fetch(url)).status, 200);
    });

    it('holds the content to the hash that was signed', async () => {
      const hash = createHash('sha256').update('content').digest('hex');
      const headers = {'x-goog-content-sha256': hash};
      const config = {action: 'write', extensionHeaders: headers} as const;
      const url = await storage.sign('hashed.txt', 'v4', config);
      const put = (body: string) => storage.ask(url, {method: 'PUT', headers, body});
      assertXmlRefused(await put('Content'), 400, 'MalformedSecurityHeader', /SHA-256/);
      assert.equal((await put('content')).status, 200);
      const capitals = {'x-goog-content-sha256': hash.toUpperCase()};
      const other = await storage.sign('hashed.txt', 'v4', {...config, extensionHeaders: capitals});
      const answer = await storage.ask(other, {method: 'PUT', headers: capitals, body: 'content'});
      assert.equal(answer.status, 200, answer.text);
    });

    it('refuses a parameter that was changed or added', async () => {
      const url = await storage.sign('plain.txt', 'v4', {responseType: 'text/html'});
      for (const wrong of [
        `${url}&response-cache-control=no-store`,
        url.replace('html', 'plain'),
      ]) {
        assertXmlRefused(await storage.ask(wrong), 403, 'SignatureDoesNotMatch');
      }
    });
  });

  describe('without a signature', () => {
    it('refuses everybody, and takes a token', async () => {
      const path = `/${BUCKET}/plain.txt`;
      assertXmlRefused(
        await storage.call(path, {token: null}),
        403,
        'AccessDenied',
        /Anonymous caller does not have storage\.objects\.get access/,
      );
      assertXmlRefused(await storage.call(path, {token: 'expired'}), 401, 'AuthenticationRequired');
      assertXmlRefused(await storage.call(path, {token: 'unrelated'}), 403, 'AccessDenied');
      assert.equal((await storage.call(path)).text, 'hello');
    });

    it('leaves what is no bucket to others', async () => {
      assert.equal((await storage.call('/no-such-bucket/x', {token: null})).text, 'not handled');
    });
  });
});

describe('the emulated Cloud Storage, where the signer has no access', () => {
  it('refuses what he signed', async () => {
    const allowed = new Set(['storage.objects.get']);
    const storage = await startSignedStorage({
      isAllowed: (principal, permission) =>
        principal !== `serviceAccount:${SIGNER}` || allowed.has(permission),
    });
    try {
      await storage.upload(BUCKET, 'x', 'hello');
      const url = await storage.sign('x', 'v4');
      assert.equal((await fetch(url)).status, 200);
      const write = await storage.sign('x', 'v4', {action: 'write'});
      const denied = new RegExp(`${SIGNER} does not have storage.objects.create access`);
      const answer = await storage.ask(write, {method: 'PUT', body: 'x'});
      assertXmlRefused(answer, 403, 'AccessDenied', denied);
      allowed.add('storage.objects.create');
      const overwriting = await storage.ask(write, {method: 'PUT', body: 'x'});
      assertXmlRefused(overwriting, 403, 'AccessDenied', /storage\.objects\.delete access to the/);
      assert.equal(await (await fetch(url)).text(), 'hello');
      const start = await storage.sign('x', 'v4', {action: 'resumable'});
      const headers = {'x-goog-resumable': 'start'};
      const started = await storage.ask(start, {method: 'POST', headers});
      assertXmlRefused(started, 403, 'AccessDenied', /storage\.objects\.delete/);
      allowed.clear();
      assertXmlRefused(await storage.ask(url), 403, 'AccessDenied', /storage\.objects\.get/);
    } finally {
      await storage.close();
    }
  });
});
