import assert from 'node:assert/strict';
import {
  assertXmlRefused,
  BUCKET,
  HOUR,
  SIGNER,
  sharedSignedStorage,
  startSignedStorage,
  type SignedStorage,
} from './support/signed-storage.js';
import {send, type Answer} from './support/http.js';

type Fields = Readonly<Record<string, string>>;
type Condition = Fields | readonly (string | number)[];

const BOUNDARY = 'a-boundary';

/** A form as a browser sends it, with a file of no type but where one is given. */
function formOf(fields: Fields, content: string, type?: string): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `content-disposition: form-data; name="${name}"\r\n\r\n${value}`,
  );
  const ofType = type === undefined ? '' : `\r\ncontent-type: ${type}`;
  parts.push(
    `content-disposition: form-data; name="file"; filename="f.txt"${ofType}\r\n\r\n${content}`,
  );
  return `${parts.map(part => `--${BOUNDARY}\r\n${part}\r\n`).join('')}--${BOUNDARY}--\r\n`;
}

describe('a form that is posted to the emulated Cloud Storage', () => {
  let storage: SignedStorage;
  sharedSignedStorage(made => (storage = made));

  /** The fields of a policy of our own, signed as the older and the newer signature are. */
  const signed = (conditions: readonly Condition[], expiration = storage.time.now + HOUR) => {
    const policy = {expiration: new Date(expiration).toISOString(), conditions};
    const base64 = Buffer.from(JSON.stringify(policy)).toString('base64');
    const signature = storage.signatureOf(base64);
    const date = new Date(storage.time.now).toISOString().replace(/[-:]|\.\d+/g, '');
    return {
      v2: {GoogleAccessId: SIGNER, policy: base64, signature: signature.toString('base64')},
      v4: {
        'x-goog-algorithm': 'GOOG4-RSA-SHA256',
        'x-goog-credential': `${SIGNER}/${date.slice(0, 8)}/auto/storage/goog4_request`,
        'x-goog-date': date,
        policy: base64,
        'x-goog-signature': signature.toString('hex'),
      },
    };
  };

  const post = (
    fields: Fields,
    {
      path = `/${BUCKET}`,
      content = 'posted',
      type,
    }: {path?: string; content?: string; type?: string} = {},
  ): Promise<Answer> =>
    send(storage.origin, {
      path,
      method: 'POST',
      headers: {'content-type': `multipart/form-data; boundary=${BOUNDARY}`},
      body: formOf(fields, content, type),
    });

  /** A form that names the object, and fields that its policy allows. */
  const form = (key: string, more: Fields = {}) => ({
    ...signed([{key}, ...Object.entries(more).map(([name, value]) => ({[name]: value}))]).v2,
    key,
    ...more,
  });

  const metadataOf = async (name: string) => {
    const [metadata] = await storage.client().bucket(BUCKET).file(name).getMetadata();
    return metadata;
  };

  describe('is answered', () => {
    const KEY = 'a dir/with space & ü.txt';
    const ADDRESS = `${BUCKET}/a%20dir/with%20space%20%26%20%C3%BC.txt`;

    /** What every answer says of the object. */
    const assertObjectHeaders = ({headers}: Answer): string => {
      const etag = String(headers.etag);
      assert.match(etag, /^"[\da-f]{32}"$/);
      assert.match(String(headers['x-goog-generation']), /^\d+$/);
      return etag;
    };

    it('with no content, where it wishes nothing', async () => {
      for (const more of [{}, {success_action_status: '204'}, {success_action_status: '999'}]) {
        const answer = await post(form(KEY, more));
        assert.deepEqual([answer.status, answer.text], [204, '']);
        assertObjectHeaders(answer);
      }
    });

    it('with an empty 200', async () => {
      const answer = await post(form(KEY, {success_action_status: '200'}));
      assert.deepEqual([answer.status, answer.text], [200, '']);
      assert.equal(answer.headers['content-length'], '0');
      assertObjectHeaders(answer);
    });

    it('with a document that names what was made', async () => {
      const answer = await post(form(KEY, {success_action_status: '201'}));
      assert.equal(answer.status, 201);
      const etag = assertObjectHeaders(answer);
      const location = `${storage.origin}/${ADDRESS}`;
      assert.equal(answer.headers.location, location);
      assert.equal(answer.headers['content-type'], 'application/xml; charset=UTF-8');
      const elements = [
        `<Location>${location}</Location>`,
        `<Bucket>${BUCKET}</Bucket>`,
        '<Key>a dir/with space &amp; ü.txt</Key>',
        `<ETag>${etag}</ETag>`,
      ];
      assert.equal(
        answer.text,
        `<?xml version='1.0' encoding='UTF-8'?><PostResponse>${elements.join('')}</PostResponse>`,
      );
    });

    for (const field of ['success_action_redirect', 'redirect']) {
      it(`with a redirect, by ${field}, that tells what was made`, async () => {
        const answer = await post(form(KEY, {[field]: 'https://example.com/done?a=b'}));
        assert.deepEqual([answer.status, answer.text], [303, '']);
        assert.equal(answer.headers['content-length'], '0');
        const etag = assertObjectHeaders(answer);
        const {origin, pathname, searchParams} = new URL(String(answer.headers.location));
        assert.equal(origin + pathname, 'https://example.com/done');
        assert.deepEqual(Object.fromEntries(searchParams), {
          a: 'b',
          bucket: BUCKET,
          key: KEY,
          etag,
        });
      });
    }

    it('with no redirect to what is no address', async () => {
      const more = {success_action_redirect: 'nowhere', success_action_status: '200'};
      assert.equal((await post(form(KEY, more))).status, 200);
    });
  });

  it('may tell the bucket in a field or in its policy, at the root', async () => {
    const fields = form('by-field.txt', {bucket: BUCKET});
    assert.equal((await post(fields, {path: '/'})).status, 204);
    assert.equal((await metadataOf('by-field.txt')).size, '6');
    const byPolicy = {
      ...signed([{key: 'by-policy.txt'}, {bucket: BUCKET}]).v2,
      key: 'by-policy.txt',
    };
    assert.equal((await post(byPolicy, {path: '/'})).status, 204);
    assert.equal((await metadataOf('by-policy.txt')).size, '6');
  });

  it('is refused at the root where nothing tells the bucket', async () => {
    const conditions: readonly (readonly Condition[])[] = [
      [{key: 'x'}],
      [{key: 'x'}, ['starts-with', '$bucket', '']],
      [{key: 'x'}, ['starts-with', '$bucket', BUCKET]],
    ];
    for (const each of conditions) {
      assertXmlRefused(
        await post({...signed(each).v2, key: 'x'}, {path: '/'}),
        400,
        'InvalidArgument',
        /Cannot create buckets using a POST\./,
      );
    }
  });

  it('is refused where its bucket is not the address’s', async () => {
    assertXmlRefused(
      await post(form('x', {bucket: 'another-bucket'})),
      400,
      'InvalidArgument',
      /The form's bucket another-bucket is not the address's\./,
    );
    assert.equal((await post(form('x', {bucket: BUCKET}))).status, 204);
  });

  it('gets no access control list, which is not played', async () => {
    assertXmlRefused(
      await post(form('x', {acl: 'public-read'})),
      501,
      'NotImplemented',
      /access control lists/,
    );
  });

  it('gives a file without a type that of bytes', async () => {
    await post(form('untyped'));
    assert.equal((await metadataOf('untyped')).contentType, 'application/octet-stream');
    await post(form('typed'), {type: 'text/x-typed'});
    assert.equal((await metadataOf('typed')).contentType, 'text/x-typed');
  });

  it('is taken up to the moment at which its policy ends', async () => {
    const end = storage.time.now + HOUR;
    const fields = {...signed([{key: 'x'}], end).v2, key: 'x'};
    storage.time.now = end - 1;
    assert.equal((await post(fields)).status, 204);
    storage.time.now = end;
    assertXmlRefused(
      await post(fields),
      400,
      'ExpiredToken',
      new RegExp(`Policy document expired at: ${new Date(end).toISOString()}<`),
    );
  });

  describe('is refused for its signature', () => {
    const v4 = (changes: Fields = {}) => ({...signed([{key: 'x'}]).v4, key: 'x', ...changes});
    const parameter = (name: string) => new RegExp(`<ParameterName>${name}</ParameterName>`);

    for (const name of [
      'x-goog-algorithm',
      'x-goog-credential',
      'x-goog-date',
      'x-goog-signature',
    ]) {
      it(`where ${name} is empty`, async () => {
        const answer = await post(v4({[name]: ''}));
        assertXmlRefused(answer, 400, 'MissingSecurityHeader', parameter(name));
      });
    }

    for (const value of ['abc', 'xxab', 'abxx', 'ab cd']) {
      it(`where that is ${value}`, async () => {
        const answer = await post(v4({'x-goog-signature': value}));
        assertXmlRefused(answer, 400, 'MalformedSecurityHeader', parameter('x-goog-signature'));
        assert.match(answer.text, /Signature was not hex encoded/);
      });
    }

    it('and shows the policy that should be signed', async () => {
      const fields = v4({'x-goog-signature': 'abcd'});
      const answer = await post(fields);
      assertXmlRefused(answer, 403, 'SignatureDoesNotMatch');
      assert.ok(answer.text.includes(`<StringToSign>${fields.policy}</StringToSign>`), answer.text);
    });

    it('but not for its capitals', async () => {
      const own = v4();
      const conditions = Object.entries(own)
        .filter(([name]) => name !== 'policy' && name !== 'x-goog-signature')
        .map(([name, value]) => ({[name]: value}));
      const fields = {...own, ...signed(conditions).v4};
      assert.equal((await post(fields)).status, 204);
      const capitals = fields['x-goog-signature'].toUpperCase();
      assert.equal((await post({...fields, 'x-goog-signature': capitals})).status, 204);
    });
  });
});

describe('the memory of the emulated Cloud Storage', () => {
  it('holds of a form its file alone, and nothing of one that is refused', async () => {
    const storage = await startSignedStorage({maxBytes: 2000});
    try {
      const [{fields}] = await storage
        .file('small')
        .generateSignedPostPolicyV4({expires: storage.time.now + HOUR});
      const post = (content: string, change: Fields = {}) =>
        send(storage.origin, {
          path: `/${BUCKET}`,
          method: 'POST',
          headers: {'content-type': `multipart/form-data; boundary=${BOUNDARY}`},
          body: formOf({...fields, ...change}, content),
        });
      for (let round = 0; round < 5; round += 1) {
        assert.equal((await post('x', {'x-goog-signature': 'abcd'})).status, 403);
        assert.equal((await post('x')).status, 204);
      }
      const tooMuch = await post('x'.repeat(4000));
      assert.equal(tooMuch.status, 413, tooMuch.text);
      assert.match(tooMuch.text, /keeps at most 2000 bytes/);
      assert.equal((await post('x')).status, 204);
      assert.deepEqual(storage.failures, []);
    } finally {
      await storage.close();
    }
  });
});
