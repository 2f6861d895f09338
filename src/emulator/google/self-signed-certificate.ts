import type {SigningKey} from './signing-key.js';

const DAY = 86_400_000;

// Identifiers, already encoded: RFC 4055 section 5 (with its NULL) and RFC 4519 section 2.3.
const SHA256_WITH_RSA = sequence(
  Buffer.from('06092a864886f70d01010b', 'hex'),
  Buffer.from('0500', 'hex'),
);
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/**
 * A certificate of a key, signed with the key itself, as Google publishes them: in PEM, valid for a
 * fortnight. What it certifies is nothing; it is the form in which many verifiers take a key.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export function selfSignedCertificate(key: SigningKey, now: number): string {
  const name = sequence(
    der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('google-emulator')))),
  );
  const certificate = sequence(
    // A one in front keeps the number positive, and in its shortest form.
    der(0x02, Buffer.from(`01${key.keyId.slice(0, 16)}`, 'hex')),
    SHA256_WITH_RSA,
    name,
    sequence(time(now - DAY), time(now + 15 * DAY)),
    name,
    key.publicKey.export({type: 'spki', format: 'der'}),
  );
  const signed = sequence(
    certificate,
    SHA256_WITH_RSA,
    der(0x03, Buffer.concat([Buffer.from([0]), key.sign(certificate)])),
  );
  const lines = signed.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

// X.690 section 8.1: tag, length, content.
function der(tag: number, content: Uint8Array): Buffer {
  const {length} = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

// RFC 5280 section 4.1.2.5: two digits for the year until 2049, four from then on.
function time(millis: number): Buffer {
  const digits = new Date(millis).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050' ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}
