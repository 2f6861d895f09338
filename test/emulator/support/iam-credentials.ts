import assert from 'node:assert/strict';
import {
  defaultPolicy,
  type EmulatorOptions,
  type ServiceAccount,
  type ServiceAccountRole,
} from '../../../src/emulator/index.js';
import {fields, json, send, type Answer} from './http.js';

export const DEMO = 'demo@my-project.iam.gserviceaccount.com';

const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool';

/** The container's role. */
const DEMO_ROLE = `principalSet://${POOL}/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/demo-role`;

/** The default cloud with other service accounts. */
export function withServiceAccounts(...serviceAccounts: readonly ServiceAccount[]) {
  return {
    policy: {google: {...defaultPolicy().google, serviceAccounts}},
  } satisfies EmulatorOptions;
}

/** An account on which somebody holds one role. */
export function account(
  email: string,
  role: ServiceAccountRole,
  member = DEMO_ROLE,
): ServiceAccount {
  return {email, bindings: [{role, members: [member]}]};
}

/** Calls a method of the IAM Credentials API. */
export function callMethod(
  emulator: {readonly url: string},
  method: string,
  token: string | undefined,
  body: unknown,
  name = DEMO,
): Promise<Answer> {
  return send(emulator.url, {
    method: 'POST',
    path: `/v1/projects/-/serviceAccounts/${name}:${method}`,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : {authorization: `Bearer ${token}`}),
    },
    body: JSON.stringify(body),
  });
}

/** The text fields of an answer, which must be these and no others. */
export function textsOf<Name extends string>(
  answer: Answer,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  assert.equal(answer.status, 200, answer.text);
  const found = fields(answer.text);
  assert.deepEqual(Object.keys(found), names);
  const texts = names.map(name => {
    const value = found[name];
    assert.ok(typeof value === 'string');
    return [name, value] as const;
  });
  return Object.fromEntries(texts) as Record<Name, string>;
}

export function assertDenied(answer: Answer, permission: string): void {
  assert.equal(answer.status, 403, answer.text);
  assert.deepEqual(json(answer), {
    error: {
      code: 403,
      message: `Permission 'iam.serviceAccounts.${permission}' denied on resource (or it may not exist).`,
      status: 'PERMISSION_DENIED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'IAM_PERMISSION_DENIED',
          domain: 'iam.googleapis.com',
          metadata: {permission: `iam.serviceAccounts.${permission}`},
        },
      ],
    },
  });
}

export function assertInvalid(
  answer: Answer,
  message = 'Request contains an invalid argument.',
): void {
  assert.deepEqual(json(answer), {error: {code: 400, message, status: 'INVALID_ARGUMENT'}});
  assert.equal(answer.status, 400);
}

/** The claims of a JSON Web Token, whose signature nobody looks at. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return fields(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}
