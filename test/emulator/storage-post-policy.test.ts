import type {GenerateSignedPostPolicyV4Options} from '@google-cloud/storage';
import assert from 'node:assert/strict';
import {
  assertXmlRefused,
  BUCKET,
  HOUR,
  OTHER,
  SIGNER,
  sharedSignedStorage,
  startSignedStorage,
  type SignedStorage,
} from './support/signed-storage.js';

type Fields = Record<string, string | undefined>;

describe('the emulated Cloud Storage, sent signed forms', () => {
  let storage: SignedStorage;
  sharedSignedStorage(made => (storage = made));

  async function sign(
    options: Partial<GenerateSignedPostPolicyV4Options> = {},
    name = 'posted.txt',
    email = SIGNER,
  ) {
    const expires = storage.time.now + HOUR;
    const [form] = await storage
      .file(name, email)
      .generateSignedPostPolicyV4({expires, ...options});
    return form;
  }

  /** Sends a form with its fields changed; `undefined` leaves one out. */
  async function post(
    form: {url: string; fields: Fields},
    {
      changes = {},
      content = 'posted',
      url = form.url,
    }: {changes?: Fields; content?: string; url?: string} = {},
  ) {
    const data = new FormData();
    for (const [name, value] of Object.entries({...form.fields, ...changes})) {
      if (value !== undefined) data.set(name, value);
    }
    data.set('file', new Blob([content], {type: 'text/x-file'}), 'my file.txt');
    data.set('after-the-file', 'is ignored');
    const answer = await fetch(url, {method: 'POST', body: data, redirect: 'manual'});
    return {status: answer.status, headers: answer.headers, text: await answer.text()};
  }

  const metadataOf = async (name: string) => {
    const [metadata] = await storage.client().bucket(BUCKET).file(name).getMetadata();
    return metadata;
  };

  it('keeps the file, with the metadata of the form', async () => {
    const fields = {
      'content-type': 'text/x-form',
      'x-goog-meta-who': 'mé',
      'cache-control': 'no-store',
    };
    const answer = await post(await sign({fields}));
    assert.equal(answer.status, 204, answer.text);
    const metadata = await metadataOf('posted.txt');
    assert.equal(metadata.contentType, 'text/x-form');
    assert.equal(metadata.cacheControl, 'no-store');
    assert.deepEqual(metadata.metadata, {who: 'mé'});
    const [content] = await storage.client().bucket(BUCKET).file('posted.txt').download();
    assert.equal(content.toString(), 'posted');
  });

  it("takes the file's own type where the form has none", async () => {
    assert.equal((await post(await sign({}, 'typed.txt'))).status, 204);
    assert.equal((await metadataOf('typed.txt')).contentType, 'text/x-file');
  });

  it('takes it at the root, at the bucket and at its own host name', async () => {
    const form = await sign();
    assert.equal(new URL(form.url).pathname, '/');
    for (const url of [
      storage.origin,
      `${storage.origin}/${BUCKET}`,
      `${storage.origin}/${BUCKET}/`,
    ]) {
      assert.equal((await post(form, {url})).status, 204);
    }
    assertXmlRefused(
      await post(form, {url: `${storage.origin}/other-bucket`}),
      400,
      'InvalidPolicyDocument',
      /\["eq","\$bucket","signed-bucket"\]/,
    );
  });

  it('answers as the form wishes', async () => {
    const created = await post(await sign({fields: {success_action_status: '201'}}));
    assert.equal(created.status, 201);
    assert.match(created.text, /<PostResponse><Location>http.*\/signed-bucket\/posted.txt</);
    const plain = await post(await sign({fields: {success_action_status: '200'}}));
    assert.deepEqual([plain.status, plain.text], [200, '']);
    const redirect = {success_action_redirect: 'https://example.com/done?a=b'};
    const redirected = await post(await sign({fields: redirect}));
    assert.equal(redirected.status, 303);
    const location = new URL(redirected.headers.get('location') ?? '');
    assert.equal(location.host, 'example.com');
    assert.equal(location.searchParams.get('key'), 'posted.txt');
  });

  it("names the object after the user's file where the key says so", async () => {
    assert.equal((await post(await sign({}, 'from user/${filename}'))).status, 204);
    assert.equal((await metadataOf('from user/my file.txt')).size, '6');
  });

  it('holds the file to its size', async () => {
    const form = await sign({conditions: [['content-length-range', 2, 6]]});
    assertXmlRefused(await post(form, {content: 'x'}), 400, 'EntityTooSmall');
    assertXmlRefused(await post(form, {content: '1234567'}), 400, 'EntityTooLarge');
    assert.equal((await post(form)).status, 204);
  });

  it('holds the fields to the conditions', async () => {
    const form = await sign({
      conditions: [
        ['starts-with', '$x-goog-meta-tag', 'user-'],
        ['eq', '$Content-Type', 'image/png'],
      ],
    });
    const right = {'x-goog-meta-tag': 'user-1', 'Content-Type': 'image/png'};
    assert.equal((await post(form, {changes: right})).status, 204);
    for (const wrong of [
      {},
      {...right, 'x-goog-meta-tag': 'admin-1'},
      {...right, 'Content-Type': 'text/html'},
      {...right, key: 'another.txt'},
      {...right, key: undefined},
    ]) {
      assertXmlRefused(
        await post(form, {changes: wrong}),
        400,
        'InvalidPolicyDocument',
        /Policy condition failed: \["(?:eq|starts-with)","\$/,
      );
    }
    assertXmlRefused(
      await post(form, {changes: {...right, 'x-goog-meta-more': 'x', commit: 'Send'}}),
      400,
      'InvalidPolicyDocument',
      /Policy did not reference these fields: x-goog-meta-more, commit</,
    );
    assert.equal((await post(form, {changes: {...right, 'x-ignore-me': 'x'}})).status, 204);
  });

  it('refuses a policy that was changed, and a signature that is of nothing', async () => {
    const form = await sign();
    const policy = String(form.fields['policy']);
    const wider = Buffer.from(
      Buffer.from(policy, 'base64').toString().replace('"key":"posted.txt"', '"x-ignore":""'),
    ).toString('base64');
    const mismatch = 'SignatureDoesNotMatch';
    assertXmlRefused(await post(form, {changes: {policy: wider}}), 403, mismatch);
    const signature = String(form.fields['x-goog-signature']).replace(/^./, digit =>
      digit === '0' ? '1' : '0',
    );
    assertXmlRefused(await post(form, {changes: {'x-goog-signature': signature}}), 403, mismatch);
    const credential = String(form.fields['x-goog-credential']).replace(SIGNER, OTHER);
    assertXmlRefused(await post(form, {changes: {'x-goog-credential': credential}}), 403, mismatch);
  });

  it('refuses a form of which a part is missing or malformed', async () => {
    const form = await sign();
    assertXmlRefused(
      await post(form, {changes: {policy: undefined}}),
      400,
      'InvalidPolicyDocument',
      /Missing policy/,
    );
    for (const name of [
      'x-goog-signature',
      'x-goog-credential',
      'x-goog-date',
      'x-goog-algorithm',
    ]) {
      const changes = {[name]: undefined};
      assertXmlRefused(await post(form, {changes}), 400, 'MissingSecurityHeader');
      const wrong = {[name]: 'nonsense'};
      assertXmlRefused(await post(form, {changes: wrong}), 400, 'MalformedSecurityHeader');
    }
  });

  it('refuses it from its end on', async () => {
    const form = await sign();
    storage.time.now += HOUR + 1000;
    assertXmlRefused(await post(form), 400, 'ExpiredToken');
  });

  it('refuses an account that does not exist, and a bucket that does not', async () => {
    const form = await sign();
    const nobody = String(form.fields['x-goog-credential']).replace(SIGNER, 'nobody@example.com');
    assertXmlRefused(
      await post(form, {changes: {'x-goog-credential': nobody}}),
      403,
      'InvalidSecurity',
    );
    const [missing] = await storage
      .file('x')
      .storage.bucket('no-such-bucket')
      .file('x')
      .generateSignedPostPolicyV4({expires: storage.time.now + HOUR});
    assertXmlRefused(await post(missing), 404, 'NoSuchBucket');
  });

  it('takes the older signature of a policy, too', async () => {
    const [v2] = await storage.file('posted-v2.txt').generateSignedPostPolicyV2({
      expires: storage.time.now + HOUR,
      equals: ['$Content-Type', 'text/plain'],
    });
    const fields = {
      key: 'posted-v2.txt',
      'Content-Type': 'text/plain',
      GoogleAccessId: SIGNER,
      policy: v2.base64,
      signature: v2.signature,
    };
    const url = `${storage.origin}/${BUCKET}`;
    const answer = await post({url, fields});
    assert.equal(answer.status, 204, answer.text);
    assertXmlRefused(
      await post({url, fields: {...fields, GoogleAccessId: OTHER}}),
      403,
      'SignatureDoesNotMatch',
    );
    assertXmlRefused(
      await post({url, fields: {...fields, signature: '?'}}),
      400,
      'MalformedSecurityHeader',
    );
  });

  it('refuses what is no form with a file', async () => {
    const url = `${storage.origin}/${BUCKET}`;
    const send = async (type: string, body: string) => {
      const answer = await fetch(url, {method: 'POST', headers: {'content-type': type}, body});
      return {status: answer.status, headers: answer.headers, text: await answer.text()};
    };
    const type = 'multipart/form-data; boundary=x';
    const part = '--x\r\ncontent-disposition: form-data; name="key"\r\n\r\na\r\n--x--';
    assertXmlRefused(
      await send('multipart/form-data', part),
      400,
      'InvalidArgument',
      /no boundary/,
    );
    assertXmlRefused(await send(type, part), 400, 'InvalidArgument', /Missing file/);
    assertXmlRefused(await send(type, 'nonsense'), 400, 'InvalidArgument');
    assertXmlRefused(await send(type, part.replace('; name="key"', '')), 400, 'InvalidArgument');
  });
});

describe('the emulated Cloud Storage, sent a form whose signer has no access', () => {
  for (const [name, permission] of [
    ['refuses it', 'storage.objects.create'],
    ['refuses to overwrite where he may not delete', 'storage.objects.delete'],
  ] as const) {
    it(name, () => isRefusedFor(permission));
  }

  async function isRefusedFor(permission: string) {
    const storage = await startSignedStorage({
      isAllowed: (principal, asked) => !principal.includes(SIGNER) || asked !== permission,
    });
    try {
      await storage.upload(BUCKET, 'x', 'hello');
      const [form] = await storage
        .file('x')
        .generateSignedPostPolicyV4({expires: storage.time.now + HOUR});
      const data = new FormData();
      for (const [name, value] of Object.entries(form.fields)) data.set(name, value);
      data.set('file', new Blob(['x']));
      const answer = await fetch(form.url, {method: 'POST', body: data});
      assertXmlRefused(
        {status: answer.status, headers: answer.headers, text: await answer.text()},
        403,
        'AccessDenied',
        new RegExp(`${SIGNER} does not have ${permission} access`),
      );
    } finally {
      await storage.close();
    }
  }
});
