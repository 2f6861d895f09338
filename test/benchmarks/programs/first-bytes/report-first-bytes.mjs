import {Storage} from '@google-cloud/storage';

/** Reads an object, and says how old the process was at its first bytes; then the process ends. */
export async function reportFirstBytes(authClient) {
  const storage = new Storage({
    authClient,
    projectId: 'my-project',
    apiEndpoint: process.env.BENCH_STORAGE,
    useAuthWithCustomEndpoint: true,
  });
  for await (const chunk of storage.bucket('bucket').file('object').createReadStream()) {
    const insideMillis = performance.now();
    if (chunk.length === 0) throw new Error('no bytes');
    process.stdout.write(JSON.stringify({insideMillis}));
    process.exit();
  }
  throw new Error('the object is empty');
}
