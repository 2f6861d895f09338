import type {DomainWideDelegation, WorkspaceDomain} from './policy.js';
import {
  isRecord,
  list,
  object,
  optional,
  required,
  text,
  wrong,
  type Check,
} from './policy-shape.js';

/** An e-mail address, as far as the emulator tells. */
export const EMAIL = /^[^@\s/:]+@[^@\s/:]+$/;

const shape = object<WorkspaceDomain>({
  domain: required(text(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'no name of a domain')),
  users: required(list(text(EMAIL, 'no e-mail address'))),
  delegations: optional(
    list(
      object<DomainWideDelegation>({
        serviceAccount: required(
          text(
            value => EMAIL.test(value) || /^\d+$/.test(value),
            'the unique id or the e-mail of a service account',
          ),
        ),
        scopes: required(
          list(text(/^(?:https:\/\/[^\s,]+|openid|email|profile)$/, 'no OAuth scope')),
        ),
      }),
    ),
  ),
});

/** A domain of Google Workspace. */
export const workspace: Check = (value, path) => {
  shape(value, path);
  if (!isRecord(value) || !Array.isArray(value['users'])) return;
  const ending = `@${String(value['domain'])}`;
  for (const [index, user] of value['users'].entries()) {
    if (String(user).endsWith(ending)) continue;
    wrong(
      [...path, 'users', index],
      `is ${JSON.stringify(user)}: a user is an e-mail address that ends with ${ending}.`,
    );
  }
};
