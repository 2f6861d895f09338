import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {forGoogleClient} from 'google-auth-aws';
import type {ClientUnderTest, ConnectedClient} from '../client-under-test.js';

/** What the majors of `Storage` have in common. */
interface AnyStorage {
  getProjectId(): Promise<string>;
  createBucket(name: string): Promise<unknown>;
  bucket(name: string): {
    file(name: string): {
      save(data: string, options: {resumable: boolean}): Promise<void>;
      download(): Promise<[Buffer]>;
    };
  };
}

interface AnyTransferManager {
  uploadManyFiles(paths: string[]): Promise<unknown>;
  downloadFileInChunks(name: string, options: {destination: string}): Promise<unknown>;
}

async function connected(
  storage: AnyStorage,
  transferManager: AnyTransferManager,
  uploadInChunks: (path: string) => Promise<unknown>,
): Promise<ConnectedClient> {
  const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-storage-'));
  const local = join(folder, 'local.txt');
  await writeFile(local, 'hello from the other cloud');
  const bucket = storage.bucket('my-bucket');
  let isCreated = false;
  return {
    projectId: () => storage.getProjectId(),
    operations: {
      'simple upload': async () => {
        if (!isCreated) await storage.createBucket('my-bucket');
        isCreated = true;
        await bucket.file('simple.txt').save('simple', {resumable: false});
      },
      'resumable upload': () => bucket.file('resumable.txt').save('resumable', {resumable: true}),
      download: () => bucket.file('simple.txt').download(),
      'transfer manager': async () => {
        await transferManager.uploadManyFiles([local]);
        await transferManager.downloadFileInChunks('simple.txt', {
          destination: join(folder, 'downloaded.txt'),
        });
      },
      'upload in chunks': () => uploadInChunks(local),
    },
    close: () => rm(folder, {recursive: true}),
  };
}

// The upload in chunks speaks the XML API, at BUCKET.storage.googleapis.com. The certificate of these tests is
// for one level of names less.
const XML_ENDPOINT = 'https://googleapis.com';
const answers = {
  rest: [
    {
      to: /^POST my-bucket\.googleapis\.com\/.*\?uploads/,
      body: '<InitiateMultipartUploadResult><UploadId>an-upload</UploadId></InitiateMultipartUploadResult>',
      headers: {'content-type': 'text/html; charset=UTF-8'},
    },
    {to: /^PUT my-bucket\.googleapis\.com\/.*\?partNumber=1/, body: '', headers: {etag: '"1"'}},
    {
      to: /^POST my-bucket\.googleapis\.com\/.*\?uploadId=an-upload/,
      body: '<CompleteMultipartUploadResult/>',
      headers: {'content-type': 'text/html; charset=UTF-8'},
    },
  ],
};

export const STORAGE: readonly ClientUnderTest[] = [
  {
    installedAs: 'storage-7',
    name: '@google-cloud/storage',
    major: '7',
    through: [],
    project: 'found',
    googleAuthLibrary: 9,
    written: '{authClient: forGoogleClient(authClient)}',
    answers,
    connect: async ({authClient}) => {
      const {Storage, TransferManager} = await import('storage-7');
      const storage = new Storage({authClient: forGoogleClient(authClient)});
      const chunked = new Storage({
        authClient: forGoogleClient(authClient),
        apiEndpoint: XML_ENDPOINT,
      });
      return connected(storage, new TransferManager(storage.bucket('my-bucket')), path =>
        new TransferManager(chunked.bucket('my-bucket')).uploadFileInChunks(path),
      );
    },
  },
  {
    installedAs: '@google-cloud/storage',
    name: '@google-cloud/storage',
    major: '8',
    through: [],
    project: 'found',
    googleAuthLibrary: 11,
    written: '{authClient}',
    answers,
    connect: async ({authClient}) => {
      const {Storage, TransferManager} = await import('@google-cloud/storage');
      const storage = new Storage({authClient});
      const chunked = new Storage({authClient, apiEndpoint: XML_ENDPOINT});
      return connected(storage, new TransferManager(storage.bucket('my-bucket')), path =>
        new TransferManager(chunked.bucket('my-bucket')).uploadFileInChunks(path),
      );
    },
  },
];
