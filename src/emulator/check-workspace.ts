import {isOauthScope} from './google/oauth-scope.js';
import type {DomainWideDelegation, WorkspaceDomain} from './policy.js';
import {
  isRecord,
  list,
  object,
  optional,
  required,
  show,
  text,
  wrong,
  type Check,
} from './policy-shape.js';

const EMAIL = /^[^@\s/:]+@[^@\s/:]+$/;

const shape = object<WorkspaceDomain>({
  domain: required(text(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'no name of a domain')),
  users: required(list(text(EMAIL, 'no e-mail address'))),
  delegations: optional(
    list(
      object<DomainWideDelegation>({
        serviceAccount: required(
          text(
            name => EMAIL.test(name) || /^\d+$/.test(name),
            'the unique id or the e-mail of a service account',
          ),
        ),
        scopes: required(list(text(isOauthScope, 'no OAuth scope'))),
      }),
    ),
  ),
});

/** A domain of Google Workspace, whose users are its own. */
export const workspace: Check = (value, path) => {
  shape(value, path);
  if (!isRecord(value)) return;
  const {domain, users} = value;
  if (typeof domain !== 'string' || !Array.isArray(users)) return;
  for (const [index, user] of users.entries()) {
    if (typeof user === 'string' && user.endsWith(`@${domain}`)) continue;
    wrong([...path, 'users', index], `is ${show(user)}: a user of ${domain} ends with @${domain}.`);
  }
};
