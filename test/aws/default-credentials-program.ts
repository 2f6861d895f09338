// Asks the default chain twice and prints what it gave, and when the AWS SDK was loaded for it.
import {createRequire} from 'node:module';
import {defaultCredentialsProvider, readCredentials} from '../../src/aws/credentials.js';
import {isAwsAuthError} from '../../src/errors.js';

const isSdkLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some(path => path.includes('@aws-sdk'));

const provider = defaultCredentialsProvider();
const loadedBefore = isSdkLoaded();
let outcome: unknown;
try {
  outcome = {
    first: await readCredentials(provider, 30_000),
    second: await readCredentials(provider, 30_000),
  };
} catch (error) {
  if (!isAwsAuthError(error)) throw error;
  outcome = {code: error.code, message: error.message};
}
console.log(JSON.stringify({loadedBefore, loadedAfter: isSdkLoaded(), ...(outcome as object)}));
