import assert from 'node:assert/strict';
import {createPublicKey, verify} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {Readable} from 'node:stream';
import {Refused} from '../../src/emulator/refused.js';
import {readXmlAddress} from '../../src/emulator/storage/xml/xml-address.js';
import {checkSignatureV4} from '../../src/emulator/storage/xml/signature-v4.js';
import {asRecord, startStorage} from './storage-fixture.js';

const {signer, publicKey, urls, forms} = asRecord(
  JSON.parse(readFileSync('test/fixtures/goog4/vectors.json', 'utf8')),
);
const key = createPublicKey({
  key: Buffer.from(String(publicKey), 'base64'),
  format: 'der',
  type: 'spki',
});
const findSigner = async (email: string) =>
  email === signer
    ? {
        email,
        isSignatureOf: (data: Uint8Array, sig: Uint8Array) => verify('sha256', data, key, sig),
      }
    : undefined;
const listOf = (value: unknown) => (Array.isArray(value) ? value.map(asRecord) : []);

describe("Google's conformance vectors for V4 signatures", () => {
  const callOf = (
    vector: Record<string, unknown>,
    change: (url: string) => string = url => url,
  ) => {
    const address = change(String(vector['url']));
    const url = new URL(address);
    const target = address.slice(address.indexOf('/', 'https://'.length));
    // As it stands there: URL drops a scheme's own port.
    const host = address.slice(address.indexOf('//') + 2, -target.length);
    const headers = Object.entries(asRecord(vector['headers'])).flatMap(([name, value]) => [
      name,
      String(value),
    ]);
    const call = {
      method: String(vector['method']),
      url,
      target,
      headers: {},
      rawHeaders: ['Host', host, ...headers],
      body: Readable.from([]),
    };
    const parsed = readXmlAddress(call, () => true);
    assert.ok(parsed);
    const now = Date.parse(String(vector['timestamp']));
    return checkSignatureV4(call, parsed, findSigner, now);
  };

  it('has some of both kinds', () => {
    assert.ok(listOf(urls).length > 20);
    assert.equal(listOf(forms).length, 11);
  });

  for (const vector of listOf(urls)) {
    it(`takes the URL of "${String(vector['description'])}", and no other`, async () => {
      assert.equal((await callOf(vector)).email, signer);
      await assert.rejects(
        callOf(vector, url => url.replace('X-Goog-Expires=', 'X-Goog-Expires=1')),
        (error: unknown) => error instanceof Refused && error.code === 'SignatureDoesNotMatch',
      );
    });
  }

  for (const vector of listOf(forms)) {
    it(`takes the form of "${String(vector['description'])}"`, async () => {
      const storage = await startStorage({findSigner});
      storage.time.now = Date.parse(String(vector['timestamp']));
      try {
        const bucket = String(vector['bucket']);
        await storage.createBucket(bucket);
        const fields = asRecord(vector['fields']);
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
        // The policy wants an access control list, which its own fields leave to the user.
        const needsAcl = String(vector['description']).includes('ACL matching');
        if (needsAcl) form.set('acl', 'public-read');
        form.set('file', new Blob(['x'.repeat(250)]), 'file.txt');
        const answer = await fetch(`${storage.origin}/${bucket}/`, {
          method: 'POST',
          body: form,
          redirect: 'manual',
        });
        const text = await answer.text();
        const expected = form.has('acl')
          ? 501
          : fields['success_action_redirect'] !== undefined
            ? 303
            : fields['success_action_status'] === '200'
              ? 200
              : 204;
        assert.equal(answer.status, expected, text);
      } finally {
        await storage.close();
      }
    });
  }
});
