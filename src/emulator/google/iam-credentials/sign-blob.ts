import {invalidArgument} from '../google-error.js';
import type {ServiceAccountKeys} from '../service-account-keys.js';
import type {IamCredentialsMethod} from './iam-credentials-method.js';

// protobuf's JSON form of bytes takes either alphabet, padded or not.
const BASE64 = /^(?:[A-Za-z0-9+/]+|[\w-]+)={0,2}$/;

/**
 * signBlob: the signature of any bytes with a service account's key.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob
 */
export function signBlob(keys: ServiceAccountKeys): IamCredentialsMethod {
  return {
    name: 'signBlob',
    rpc: 'SignBlob',
    permission: 'iam.serviceAccounts.signBlob',
    fields: ['payload'],
    prepare: ({payload}) => {
      if (payload === undefined || payload === '') throw invalidArgument();
      if (!isBase64(payload)) {
        throw invalidArgument(
          `Invalid value at 'payload' (TYPE_BYTES), Base64 decoding failed for ${JSON.stringify(payload)}`,
        );
      }
      return async account => {
        const key = await keys.of(account);
        const signedBlob = key.sign(Buffer.from(payload, 'base64')).toString('base64');
        return {reply: {keyId: key.keyId, signedBlob}};
      };
    },
  };
}

function isBase64(payload: unknown): payload is string {
  if (typeof payload !== 'string' || !BASE64.test(payload)) return false;
  const digits = payload.replace(/=+$/, '');
  const isPadded = digits.length < payload.length;
  return digits.length % 4 !== 1 && (!isPadded || payload.length % 4 === 0);
}
