import assert from 'node:assert/strict';
import {describe} from 'mocha';
import type {Emulator, StorageRole} from '../../src/emulator/index.js';
import {EMAIL, googlePolicy, POOL, ROLE} from './doctor-fixture.js';
import {describeRows, failing, type Row} from './doctor-rows.js';
import {remade} from './remade-config.js';
import {runCommand} from './run-command.js';

const ADMIN = 'admin@my-project.iam.gserviceaccount.com';

/** The account with these roles in Cloud Storage, and beside it one with all. */
const withAdmin = (storageRoles: readonly StorageRole[]) =>
  googlePolicy(({serviceAccounts}) => ({
    serviceAccounts: [
      ...serviceAccounts.map(account => ({...account, storageRoles})),
      ...serviceAccounts.map(({bindings = []}) => ({email: ADMIN, bindings})),
    ],
  }));

const forbidden = (message: string) =>
  failing({
    service: 'storage',
    status: 403,
    body: {error: {code: 403, message, status: 'PERMISSION_DENIED'}},
  });

async function makeBucket(emulator: Emulator, ...flags: readonly string[]): Promise<void> {
  const {stdout} = await runCommand(['token', ...flags]);
  const {status} = await fetch(`${emulator.url}/storage/v1/b?project=my-project`, {
    method: 'POST',
    headers: {authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json'},
    body: JSON.stringify({name: 'my-bucket'}),
  });
  assert.equal(status, 200);
}

const REFUSED: readonly Row[] = [
  {
    title: 'a federated token that the API does not take',
    config: emulator => emulator.configFor(),
    flags: ['--bucket', 'my-bucket'],
    broken: failing({
      service: 'storage',
      status: 401,
      // With a new token, too.
      times: 2,
      body: {error: {code: 401, status: 'UNAUTHENTICATED', message: 'Invalid Credentials'}},
    }),
    step: 'api-call',
    said: /HTTP 401, "Invalid Credentials"/,
    means: /Not every API takes a federated token/,
    command:
      'npx google-auth-aws config --project-number 123456789012 --pool aws-pool --provider aws-test-account --service-account EMAIL --output-file FOLDER/gcp.json --force',
    mended: {config: remade({EMAIL}), make: makeBucket},
  },
  {
    title: 'a service account without the permission',
    flags: ['--bucket', 'my-bucket'],
    emulator: withAdmin([]),
    step: 'api-call',
    said: /HTTP 403, "demo@\S+ does not have storage\.objects\.list access/,
    means: /The token is good, and demo@\S+ lacks the permission/,
    command: `gcloud storage buckets add-iam-policy-binding gs://my-bucket --role=roles/storage.objectViewer --member="serviceAccount:${EMAIL}"`,
    mended: {
      emulator: ({remedies = []}) => {
        const printed = /--role=(\S+)/.exec(remedies[0]?.command ?? '')?.[1];
        return withAdmin(printed === 'roles/storage.objectViewer' ? [printed] : []);
      },
      make: emulator => makeBucket(emulator, '--service-account', ADMIN),
    },
  },
  {
    title: 'a role without the permission',
    config: emulator => emulator.configFor(),
    flags: ['--bucket', 'my-bucket'],
    broken: forbidden('no'),
    step: 'api-call',
    said: /HTTP 403/,
    means: /this role lacks the permission/,
    command: `gcloud storage buckets add-iam-policy-binding gs://my-bucket --role=roles/storage.objectViewer --member="principalSet://${POOL}/attribute.aws_role/${ROLE}"`,
  },
  {
    title: 'an API that its scope does not cover, for which no role helps',
    flags: ['--bucket', 'my-bucket'],
    broken: forbidden('Request had insufficient authentication scopes.'),
    step: 'api-call',
    said: /insufficient authentication scopes/,
    means: /scope, cloud-platform, does not cover this API.* "scopes"/,
    mended: {make: makeBucket},
  },
  {
    title: 'a quota project that the account may not use, for which no role on the bucket helps',
    config: emulator => ({...emulator.config, quota_project_id: 'billing-project'}),
    flags: ['--bucket', 'my-bucket'],
    broken: forbidden(
      'Caller does not have required permission to use project billing-project. Grant the caller the roles/serviceusage.serviceUsageConsumer role.',
    ),
    step: 'api-call',
    said: /required permission to use project billing-project/,
    means: /demo@\S+ may not use the quota project billing-project/,
    command: `gcloud projects add-iam-policy-binding billing-project --role=roles/serviceusage.serviceUsageConsumer --member="serviceAccount:${EMAIL}"`,
    mended: {make: makeBucket},
  },
  {
    title: 'a perimeter of VPC Service Controls, for which no role helps',
    flags: ['--bucket', 'my-bucket'],
    broken: forbidden(
      "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: yBL4S-x",
    ),
    step: 'api-call',
    said: /vpcServiceControlsUniqueIdentifier: yBL4S-x/,
    means: /VPC Service Controls .* an ingress rule/,
  },
  {
    title: 'an API that is not enabled',
    flags: ['--bucket', 'my-bucket'],
    broken: failing({
      service: 'storage',
      status: 403,
      body: {
        error: {
          code: 403,
          message: 'Cloud Storage has not been used in project 1 before',
          details: [
            {
              reason: 'SERVICE_DISABLED',
              metadata: {consumer: 'projects/210987654321', service: 'storage.googleapis.com'},
            },
          ],
        },
      },
    }),
    step: 'api-call',
    said: /has not been used/,
    means: /storage\.googleapis\.com is not enabled/,
    command: 'gcloud services enable storage.googleapis.com --project=210987654321',
    mended: {make: makeBucket},
  },
  {
    title: 'a bucket that is not there',
    flags: ['--bucket', 'my-bucket'],
    step: 'api-call',
    said: /HTTP 404, "The specified bucket does not exist\."/,
    means: /not there\. Check the name/,
    mended: {make: makeBucket},
  },
  {
    title: 'a connection that breaks',
    flags: ['--bucket', 'my-bucket'],
    broken: failing({service: 'storage', reset: 'before'}),
    step: 'api-call',
    said: /could not be reached: ECONNRESET/,
    means: /token is good/,
    mended: {make: makeBucket},
  },
];

describe('the doctor finds', () => {
  describeRows({'at the API': REFUSED});
});
