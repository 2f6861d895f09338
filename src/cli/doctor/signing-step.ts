import {askApi, unreachable} from './api-request.js';
import {credentialFileCommand} from './credential-file-command.js';
import {accountProject} from './service-account-project.js';
import {clientOf, type Finding, type Step} from './step.js';

/**
 * Whether the service account signs, as it must for signed URLs and forms: Google's clients ask IAM
 * Credentials with the account's own token. What is signed here is good for nothing.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob
 */
export const signingStep: Step = {
  id: 'signing',
  title: 'signature',
  async run(visit): Promise<Finding | undefined> {
    if (visit.flags.sign === undefined) return undefined;
    const client = clientOf(visit);
    const email = client.getServiceAccountEmail();
    const {service_account_impersonation_url: impersonation} = client.toJSON();
    if (email === null || impersonation === undefined) {
      return {
        status: 'failed',
        code: 'SERVICE_ACCOUNT_REQUIRED',
        facts: 'A service account signs, and none is named.',
        meaning: 'The federated principal itself has no key at Google to sign with.',
        remedies: [
          {
            why: 'Make the credential file with a service account',
            command: credentialFileCommand(visit, {'--service-account': 'EMAIL'}),
          },
        ],
      };
    }
    const url = new URL(impersonation.replace(/:generateAccessToken$/, ':signBlob'));
    const payload = Buffer.from('google-auth-aws doctor').toString('base64');
    const answer = await askApi(url, visit, {payload});
    if ('problem' in answer) return unreachable(url, answer);
    const {status, said, facts} = answer;
    if (status < 300) return {status: 'ok', facts: `${email} signs as itself`};
    if (said.message.includes('iam.serviceAccounts.signBlob')) {
      return {
        status: 'failed',
        code: 'IMPERSONATION_DENIED',
        facts,
        meaning: `Signed URLs and forms are signed by the service account, at its own request: ${email} must be let sign as itself. A new binding takes up to five minutes to be seen.`,
        remedies: [
          {
            why: 'Let the account sign as itself',
            command: `gcloud iam service-accounts add-iam-policy-binding ${email}${accountProject(email)} --role=roles/iam.serviceAccountTokenCreator --member="serviceAccount:${email}"`,
          },
        ],
      };
    }
    return {
      status: 'failed',
      facts,
      meaning: 'The token is good; IAM Credentials refused the signature for a reason of its own.',
    };
  },
};
