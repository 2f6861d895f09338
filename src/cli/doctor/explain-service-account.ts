import type {AwsAuthError} from '../../index.js';
import {attributesOf, principalNames, providerOf} from '../google-principals.js';
import {readScopes} from '../scopes-flag.js';
import {doubleQuote} from '../shell-quote.js';
import {accountProject, projectOfAccount} from './service-account-project.js';
import type {Explanation, Visit} from './step.js';

/** `IMPERSONATION_DENIED`: the role may not act, or not sign, as the account, or there is none. */
export function explainDenial({step}: AwsAuthError, visit: Visit): Explanation | undefined {
  const {caller, client} = visit;
  const email = client?.getServiceAccountEmail() ?? '';
  if (caller === undefined || client === undefined || email === '') return undefined;
  const attributes = attributesOf(caller.arn);
  const member = principalNames(providerOf(client.toJSON().audience), attributes).awsRole;
  const project = projectOfAccount(email);
  const [deed, role] =
    step === 'sign-jwt'
      ? ['sign', 'roles/iam.serviceAccountTokenCreator']
      : ['act', 'roles/iam.workloadIdentityUser'];
  return {
    meaning: `The role ${attributes.awsRole} may not ${deed} as ${email}, or there is no such service account. A new binding takes up to five minutes to be seen.`,
    remedies: [
      {
        why: 'See whether the account exists',
        command: `gcloud iam service-accounts describe ${email}${accountProject(email)}`,
      },
      ...(project === undefined
        ? []
        : [
            {
              why: 'Where it does not, make it (or correct its name in the credential file)',
              command: `gcloud iam service-accounts create ${email.replace(/@.*/, '')} --project=${project}`,
            },
          ]),
      {
        why: `Let the role ${deed} as it`,
        command: `gcloud iam service-accounts add-iam-policy-binding ${email}${accountProject(email)} --role=${role} --member=${doubleQuote(member)}`,
      },
    ],
  };
}

/** `IMPERSONATION_REFUSED`, where the credential file asks for a longer life than an hour. */
export function explainLifetime(
  {fix, status}: AwsAuthError,
  {client}: Visit,
): Explanation | undefined {
  const lifetime = client?.toJSON().service_account_impersonation?.token_lifetime_seconds ?? 0;
  // What is wrong with an argument is a 400.
  if (lifetime <= 3600 || status !== 400) return undefined;
  const email = client?.getServiceAccountEmail() ?? '';
  return {
    meaning: `The credential file asks for tokens that live ${lifetime} s. More than 3600 s needs the organisation's leave for ${email}. ${fix}`,
    remedies: [
      {
        why: 'Give it (an organisation administrator’s work)',
        command: `gcloud resource-manager org-policies allow constraints/iam.allowServiceAccountCredentialLifetimeExtension ${email} --organization=ORGANIZATION_ID`,
      },
    ],
  };
}

// https://support.google.com/a/answer/162106
const DELEGATION_PAGE = 'https://admin.google.com/ac/owl/domainwidedelegation';

/** `DELEGATION_DENIED`: the Workspace has not entered the account, or not with these scopes. */
export function explainDelegation(
  _: AwsAuthError,
  {client, flags: {subject, scopes}}: Visit,
): Explanation | undefined {
  const email = client?.getServiceAccountEmail() ?? '';
  if (subject === undefined || email === '') return undefined;
  return {
    meaning: `The Workspace of ${subject.replace(/^.*@/, '')} does not let ${email} act for its users in these scopes. An administrator enters the account's client ID at ${DELEGATION_PAGE}, with each of them, spelled so: ${(readScopes(scopes) ?? []).join(',')} (it is usually seen in minutes, and may take 24 hours).`,
    remedies: [
      {
        why: 'Print the client ID',
        command: `gcloud iam service-accounts describe ${email}${accountProject(email)} --format="value(uniqueId)"`,
      },
    ],
  };
}
