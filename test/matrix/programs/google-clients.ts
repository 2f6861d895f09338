// As users write it. Compiled by declarations.test.ts, in each way of finding modules, and never run.
import {BigQuery} from '@google-cloud/bigquery';
import {Firestore} from '@google-cloud/firestore';
import {PubSub} from '@google-cloud/pubsub';
import {SecretManagerServiceClient} from '@google-cloud/secret-manager';
import {Storage} from '@google-cloud/storage';
import {GoogleGenAI} from '@google/genai';
import {drive} from '@googleapis/drive';
import {BigQuery as BigQuery7} from 'bigquery-7';
import {BigQuery as BigQuery8} from 'bigquery-8';
import {drive as drive12} from 'drive-12';
import {drive as drive22} from 'drive-22';
import {initializeApp} from 'firebase-admin/app';
import {initializeApp as initializeApp13} from 'firebase-admin-13/app';
import {GoogleGenAI as GoogleGenAI1} from 'genai-1';
import {GoogleGenAI as GoogleGenAI19} from 'genai-1-9';
import {GoogleGenAI as GoogleGenAI2} from 'genai-2';
import {enableSignedUrls, firebaseCredential, forGoogleClient} from 'google-auth-aws';
import type {AwsAuthClient} from 'google-auth-aws';
import {PubSub as PubSub4} from 'pubsub-4';
import {PubSub as PubSub5} from 'pubsub-5';
import {SecretManagerServiceClient as SecretManager5} from 'secret-manager-5';
import {SecretManagerServiceClient as SecretManager6} from 'secret-manager-6';
import {Storage as Storage7} from 'storage-7';

declare const authClient: AwsAuthClient;
const projectId = 'my-project';
const vertex = {vertexai: true, project: projectId, location: 'europe-west1'};

// The newest majors take the client as it is.
new Storage({authClient});
new BigQuery({authClient, projectId});
new SecretManagerServiceClient({authClient});
new PubSub({authClient, projectId});
new Firestore({authClient, projectId});
drive({version: 'v3', auth: authClient});

// Those with another google-auth-library, by the helper. Firestore 7 is not here: its types declare a module by
// the name of the newer one, and cannot be had under an alias.
const older = forGoogleClient;
new Storage7({authClient: older(authClient)});
new BigQuery7({authClient: older(authClient)});
new BigQuery8({authClient: older(authClient)});
new SecretManager5({authClient: older(authClient)});
new SecretManager6({authClient: older(authClient)});
new PubSub4({authClient: older(authClient)});
new PubSub5({authClient: older(authClient)});
drive12({version: 'v3', auth: older(authClient)});
drive22({version: 'v3', auth: older(authClient)});
new GoogleGenAI19({...vertex, googleAuthOptions: {authClient: older(authClient)}});
new GoogleGenAI1({...vertex, googleAuthOptions: {authClient: older(authClient)}});
new GoogleGenAI2({...vertex, googleAuthOptions: {authClient: older(authClient)}});
new GoogleGenAI({...vertex, googleAuthOptions: {authClient: older(authClient)}});

// A newest major takes the helper's, too: to write it everywhere does no harm.
new Storage({authClient: older(authClient)});

initializeApp({credential: firebaseCredential(authClient), projectId});
initializeApp13({credential: firebaseCredential(authClient), projectId});

const storage: Storage = enableSignedUrls(new Storage({authClient}));
const storage7: Storage7 = enableSignedUrls(
  new Storage7({authClient: forGoogleClient(authClient)}),
);
storage.bucket('a-bucket');
storage7.bucket('a-bucket');

// Why the helper is there: when one of these compiles, README and matrix say too much.
// @ts-expect-error -- its auth clients are those of another google-auth-library
new Storage7({authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new BigQuery7({authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new BigQuery8({authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new SecretManager5({authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new SecretManager6({authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new PubSub4({authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new PubSub5({authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
drive12({version: 'v3', auth: authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
drive22({version: 'v3', auth: authClient});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new GoogleGenAI19({...vertex, googleAuthOptions: {authClient}});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new GoogleGenAI1({...vertex, googleAuthOptions: {authClient}});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new GoogleGenAI2({...vertex, googleAuthOptions: {authClient}});
// @ts-expect-error -- its auth clients are those of another google-auth-library
new GoogleGenAI({...vertex, googleAuthOptions: {authClient}});

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
void [number, text, plain];
