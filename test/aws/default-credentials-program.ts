// Asks the source that the environment sets up twice and prints what it gave, and whether anything of the
// AWS SDK was loaded for it.
import {createRequire} from 'node:module';
import {chooseCredentialSource} from '../../src/aws/credential-source.js';
import {readCredentials} from '../../src/aws/read-credentials.js';
import {isAwsAuthError} from '../../src/errors.js';

const isSdkLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some(path => /@(?:aws-sdk|smithy)/.test(path));

const loadedBefore = isSdkLoaded();
let outcome: unknown;
try {
  const source = await chooseCredentialSource(process.env);
  outcome = {
    source: source.name,
    first: await readCredentials(source, {timeoutMillis: 30_000}),
    second: await readCredentials(source, {timeoutMillis: 30_000}),
  };
} catch (error) {
  if (!isAwsAuthError(error)) throw error;
  outcome = {code: error.code, step: error.step, message: error.message};
}
console.log(JSON.stringify({loadedBefore, loadedAfter: isSdkLoaded(), ...(outcome as object)}));
