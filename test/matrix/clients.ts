import {BIGQUERY} from './clients/bigquery.js';
import {DRIVE} from './clients/drive.js';
import {FIREBASE_ADMIN} from './clients/firebase-admin.js';
import {FIRESTORE} from './clients/firestore.js';
import {GENAI} from './clients/genai.js';
import {PUBSUB} from './clients/pubsub.js';
import {SECRET_MANAGER} from './clients/secret-manager.js';
import {STORAGE} from './clients/storage.js';
import type {ClientUnderTest} from './client-under-test.js';

export const CLIENTS: readonly ClientUnderTest[] = [
  ...STORAGE,
  ...BIGQUERY,
  ...SECRET_MANAGER,
  ...PUBSUB,
  ...FIRESTORE,
  ...DRIVE,
  ...GENAI,
  ...FIREBASE_ADMIN,
];
