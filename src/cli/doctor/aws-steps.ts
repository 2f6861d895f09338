import {loadLibrary} from '../load-library.js';
import {credentialsInWords, durationInWords, regionInWords} from '../identity-words.js';
import {wrongIdentityTrap} from '../wrong-identity.js';
import {attributesOf} from '../google-principals.js';
import {clientOf, type Finding, type Step, type Visit} from './step.js';

/** Where the AWS credentials come from, and whether they are those that the reader thinks. */
export const credentialsStep: Step = {
  id: 'aws-credentials',
  title: 'AWS credentials',
  async run(visit): Promise<Finding> {
    let identity;
    try {
      identity = await clientOf(visit).describeIdentity();
    } catch (error) {
      const {isAwsAuthError} = await loadLibrary();
      // They were found: the next step tells about the region.
      if (isAwsAuthError(error) && error.step === 'aws-region') {
        return {status: 'ok', facts: 'found'};
      }
      throw error;
    }
    visit.identity = identity;
    const now = Date.now();
    const facts = credentialsInWords(identity, now);
    if ((identity.expiration?.getTime() ?? Infinity) <= now) {
      return {
        status: 'warning',
        facts,
        meaning:
          'They have ended, by this machine’s clock. Whatever made them has not made new ones: if they were copied, let the process read them from their source instead.',
      };
    }
    const trap = wrongIdentityTrap(identity, visit.io);
    return trap === undefined
      ? {status: 'ok', facts}
      : {
          status: 'warning',
          facts,
          meaning: trap,
          remedies: [{why: 'See whose they are', command: 'npx google-auth-aws whoami'}],
        };
  },
};

/** Which region's AWS STS is asked. */
export const regionStep: Step = {
  id: 'aws-region',
  title: 'AWS region',
  async run(visit): Promise<Finding> {
    visit.identity ??= await clientOf(visit).describeIdentity();
    return {status: 'ok', facts: regionInWords(visit.identity)};
  },
};

/**
 * AWS STS, asked directly: it hears the same signature that Google will forward. Where it does not answer here, that
 * breaks nothing: a firewall may let this machine reach Google alone.
 */
export const callerIdentityStep: Step = {
  id: 'aws-sts',
  title: 'AWS STS',
  async run(visit): Promise<Finding> {
    let caller;
    try {
      caller = await clientOf(visit).getCallerIdentity();
    } catch (error) {
      const {isAwsAuthError} = await loadLibrary();
      if (!isAwsAuthError(error) || error.step !== 'caller-identity') throw error;
      if (error.code === 'AWS_IDENTITY_REJECTED') throw error;
      return {
        status: 'warning',
        facts: error.what,
        code: error.code,
        meaning:
          'A token does not need that: Google STS asks it, and not this machine. What follows is told without the names of this role.',
      };
    }
    visit.caller = caller;
    const facts = `${caller.arn}, account ${caller.accountId}`;
    const expected = /:role\/(?:.*\/)?([^/]+)$/.exec(caller.roleArn ?? '')?.[1];
    const actual = /:assumed-role\/([^/]+)\//.exec(caller.arn)?.[1];
    return expected === undefined || expected === actual
      ? {status: 'ok', facts}
      : {
          status: 'warning',
          facts,
          meaning: `The source is set up for the role ${caller.roleArn ?? ''}, but its credentials are of ${attributesOf(caller.arn).awsRole}.`,
        };
  },
};

// AWS takes five minutes; the `Date` header has whole seconds, and an answer takes its time.
const NOTEWORTHY_MILLIS = 60_000;
const TIMEOUT_MILLIS = 5_000;

/** Whether this machine's clock is right, by the `Date` header of Google's token endpoint. */
export const clockStep: Step = {
  id: 'clock',
  title: 'clock',
  async run(visit): Promise<Finding> {
    // Its root, where every server tells the time with whatever it answers.
    const url = new URL('/', clientOf(visit).toJSON().token_url);
    let offset;
    try {
      offset = await clockOffset(visit, url);
    } catch {
      // A step that follows asks the same server in earnest, and says what is wrong with it.
      return {status: 'warning', facts: `${url.host} told no time; going on`};
    }
    visit.clockOffsetMillis = offset;
    if (Math.abs(offset) < NOTEWORTHY_MILLIS) {
      return {status: 'ok', facts: `within a minute of ${url.host}`};
    }
    return {
      status: 'warning',
      facts: `${durationInWords(Math.abs(offset))} ${offset > 0 ? 'behind' : 'ahead of'} ${url.host}`,
      meaning:
        'AWS refuses a signature that is more than five minutes off. This package signs with the servers’ time instead; other programs, such as the AWS CLI, will fail.',
      remedies: [
        {
          why: 'Set the clock (chrony; or your NTP client’s own way)',
          command: 'sudo chronyc makestep',
        },
      ],
    };
  },
};

// Nothing secret is sent: it is not a token request.
async function clockOffset(visit: Visit, url: URL): Promise<number> {
  const {headers} = await clientOf(visit).transporter.request({
    url: url.href,
    method: 'GET',
    timeout: TIMEOUT_MILLIS,
    retry: false,
    redirect: 'manual',
    validateStatus: () => true,
    responseType: 'text',
  });
  const time = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(time)) throw new TypeError('no Date header');
  return time - Date.now();
}
