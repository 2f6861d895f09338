// What the table's options leave out, as users write it. Compiled by declarations.test.ts, in each way of finding
// modules, and never run.
import {Storage} from '@google-cloud/storage';
import {enableSignedUrls, firebaseCredential, forGoogleClient} from 'google-auth-aws';
import type {AwsAuthClient} from 'google-auth-aws';
import {Storage as Storage7, type StorageOptions as StorageOptions7} from 'storage-7';

declare const authClient: AwsAuthClient;

// A newest major takes the helper's, too: to write it everywhere does no harm.
new Storage({authClient: forGoogleClient(authClient)});

const storage: Storage = enableSignedUrls(new Storage({authClient}));
const storage7: Storage7 = enableSignedUrls(
  new Storage7({authClient: forGoogleClient(authClient)}),
);
storage.bucket('a-bucket');
storage7.bucket('a-bucket');

// A variable in between names the type.
const forStorage7 = forGoogleClient<NonNullable<StorageOptions7['authClient']>>(authClient);
new Storage7({authClient: forStorage7});
// @ts-expect-error -- the type is that of the older major, and no `never`
const anything: number = forStorage7;

// The helper gives auth clients and nothing else.
// @ts-expect-error -- that is no auth client of this package
const number: number = forGoogleClient(authClient);
// @ts-expect-error -- that is no auth client of this package
const text: string = forGoogleClient(authClient);
// @ts-expect-error -- that is no auth client of this package
const plain: {name: string} = forGoogleClient(authClient);
// @ts-expect-error -- that is no auth client of this package
new Storage7({projectId: forGoogleClient(authClient)});
// @ts-expect-error -- that is no auth client of this package
forGoogleClient({getRequestHeaders: () => Promise.resolve(new Headers())});
// @ts-expect-error -- that is no auth client of this package
firebaseCredential({getAccessToken: () => Promise.resolve({token: 'a-token'})});
// @ts-expect-error -- that is no auth client of this package
enableSignedUrls(authClient);
void [anything, number, text, plain];
