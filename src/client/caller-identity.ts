import {signRequest} from '../aws/sigv4.js';
import {checkEndpointUrl} from '../config/option-checks.js';
import {AwsAuthError, type AwsAuthErrorDetails} from '../errors.js';
import {adviceForAwsRefusal, awsTimeIn, passingFailure} from '../google/aws-refusal.js';
import {parse, quoteRefusal, record, readWords, text} from '../google/error-response.js';
import {malformed, type Step} from '../google/refusal.js';
import {retrying, type RetryPolicy} from '../google/retry.js';
import {
  send,
  type Delivery,
  type TokenEndpointResponse,
  type Transporter,
} from '../google/transport.js';
import {describeAwsIdentity, type AwsIdentity, type IdentityDescription} from './aws-identity.js';
import {environmentVariable} from './options.js';
import type {SigningClock} from './server-clock.js';
import {traced} from './step-tracing.js';

/** Who AWS says the caller is, and where the credentials came from. It holds no secret. */
export interface CallerIdentity extends IdentityDescription {
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, `arn:aws:iam::ACCOUNT:user/NAME`, … */
  readonly arn: string;
  /** The AWS account: twelve digits. */
  readonly accountId: string;
  /** `AROA…:SESSION`, `AIDA…`, … */
  readonly userId: string;
  /**
   * How far AWS's clock is ahead of this machine's, in ms, by the answer's `Date` header, and so to about a
   * second; `undefined` where it had none.
   */
  readonly clockOffsetMillis: number | undefined;
}

interface CallerIdentityContext {
  readonly transporter: Transporter | Delivery;
  readonly retryPolicy: RetryPolicy;
  /** The local clock, in epoch ms. */
  readonly now: () => number;
  readonly clock: SigningClock;
}

const STEP: Step = {step: 'caller-identity', server: 'AWS STS'};
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * Asks AWS STS itself who the credentials belong to. Nobody needs a permission for it, and nobody can be
 * denied it. `AWS_ENDPOINT_URL_STS` and `AWS_ENDPOINT_URL` are honoured as by the AWS SDK.
 *
 * @throws AwsAuthError with the step `caller-identity`.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function askCallerIdentity(
  identity: AwsIdentity,
  {transporter, retryPolicy, now, clock}: CallerIdentityContext,
): Promise<CallerIdentity> {
  const {credentials, region} = identity;
  const url = endpointOf(region.region);
  const secrets = [
    credentials.secretAccessKey,
    credentials.accessKeyId,
    ...(credentials.sessionToken === undefined ? [] : [credentials.sessionToken]),
  ];
  return retrying(
    attempt =>
      traced({step: 'caller-identity', attempt: attempt.number, target: url.host}, async () => {
        const ask = async () => {
          const asked = now();
          const signedWith = clock.offsetMillis;
          const {host: _, ...headers} = signRequest(
            {
              method: 'POST',
              url,
              headers: {
                accept: 'application/json',
                'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
              },
              body: BODY,
            },
            {credentials, region: region.region, service: 'sts', date: new Date(clock.now())},
          );
          const response = await send(
            transporter,
            {...STEP, url: url.href, headers, body: BODY, secrets},
            attempt,
          );
          const awsTime = response.status >= 400 ? awsTimeIn(response.text) : undefined;
          const serverTime = awsTime ?? response.serverTime;
          return {response, isClockOff: clock.heard(serverTime, asked, signedWith)};
        };
        const {response: first, isClockOff} = await ask();
        // AWS refuses what is signed five minutes ago; its own time does.
        const response = first.status === 403 && isClockOff ? (await ask()).response : first;
        const {serverTime} = response;
        return {
          ...describeAwsIdentity(identity),
          ...readCallerIdentity(response, region.region, secrets),
          clockOffsetMillis: serverTime === undefined ? undefined : serverTime - now(),
        };
      }),
    {policy: retryPolicy, step: STEP.step},
  );
}

function endpointOf(region: string): URL {
  const isIgnored = environmentVariable('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS') === 'true';
  for (const name of ['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL']) {
    const endpoint = environmentVariable(name);
    if (endpoint !== undefined && !isIgnored) return checkEndpointUrl(endpoint, name);
  }
  return new URL(`https://sts.${region}.amazonaws.com/`);
}

function readCallerIdentity(
  response: TokenEndpointResponse,
  region: string,
  secrets: readonly string[],
): Pick<CallerIdentity, 'arn' | 'accountId' | 'userId'> {
  if (response.status !== 200) throw refused(response, region, secrets);
  const answer = record(record(parse(response.text))?.['GetCallerIdentityResponse']);
  const result = record(answer?.['GetCallerIdentityResult']);
  // What stands in for AWS at an endpoint of the user's may know XML alone, which is AWS's documented form.
  const inXml = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(response.text)?.[1];
  const [arn, accountId, userId] = ['Arn', 'Account', 'UserId'].map(
    name => text(result?.[name]) ?? inXml(name),
  );
  // They are printed, and stand in commands and bindings.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  if (
    arn === undefined ||
    accountId === undefined ||
    userId === undefined ||
    !/^arn:[!-~]+$/.test(arn) ||
    !/^\d{12}$/.test(accountId) ||
    !/^[!-~]+$/.test(userId)
  ) {
    throw malformed(STEP, response, 'has no Arn, Account and UserId');
  }
  return {arn, accountId, userId};
}

// It answers in JSON, as it was asked to; what stands in between, such as a proxy, in whatever it likes.
function refused(
  response: TokenEndpointResponse,
  region: string,
  secrets: readonly string[],
): AwsAuthError {
  const body = record(record(parse(response.text))?.['Error']);
  const code = text(body?.['Code']) ?? /<Code>(\w+)<\/Code>/.exec(response.text)?.[1];
  const words = text(body?.['Message']) ?? /<Message>([^<]*)<\/Message>/.exec(response.text)?.[1];
  const reason = code !== undefined && /^\w{1,64}$/.test(code) ? code : undefined;
  const said = quoteRefusal({
    status: response.status,
    error: reason,
    description: readWords(words ?? '', secrets),
  });
  const error = (
    details: Pick<AwsAuthErrorDetails, 'code' | 'fix'> & {readonly transient?: boolean},
  ) =>
    new AwsAuthError({
      step: STEP.step,
      what: `AWS STS in ${region} refused GetCallerIdentity: ${said}.`,
      status: response.status,
      reason,
      ...details,
    });
  if (response.status === 429 || passingFailure(reason ?? '') === 'RATE_LIMITED') {
    return error({
      code: 'RATE_LIMITED',
      fix: 'Too many requests of this account: wait a little.',
      transient: true,
    });
  }
  if (response.status >= 500 || response.status === 408) {
    return error({
      code: 'SERVER_ERROR',
      fix: 'This is the server’s fault and usually passes; see https://health.aws.amazon.com/health/status if it lasts.',
      transient: true,
    });
  }
  if (reason === undefined) {
    return malformed(STEP, response, 'is neither AWS’s answer nor its refusal');
  }
  return error({code: 'AWS_IDENTITY_REJECTED', fix: adviceForAwsRefusal(reason, region)});
}
