import type {ResolvedInstanceMetadata} from '../instance-metadata-options.js';
import {isLoopback} from '../server/read-call.js';
import type {NoteFacts} from '../server/request-record.js';
import type {EmulatedService, ServiceCall, ServiceReply} from '../service.js';
import type {IssueCredentials} from './issue-credentials.js';
import {InstanceMetadataTokens} from './instance-metadata-tokens.js';
import {timestamp} from './timestamp.js';

/** The EC2 instance that it belongs to. */
interface Instance extends ResolvedInstanceMetadata {
  readonly accountId: string;
}

/** What the service needs. */
export interface InstanceMetadataServiceOptions {
  readonly instance: Instance;
  readonly issue: IssueCredentials;
  readonly clock: () => number;
  readonly note: NoteFacts;
}

const INSTANCE_ID = 'i-0123456789abcdef0';
const CREDENTIALS = '/latest/meta-data/iam/security-credentials/';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const HOSTS: readonly string[] = ['169.254.169.254', '[fd00:ec2::254]'];

/**
 * EC2's instance metadata service: the role's credentials and where the instance is.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
 */
export function createInstanceMetadataService(
  options: InstanceMetadataServiceOptions,
): EmulatedService {
  const {instance, clock, note} = options;
  const tokens = new InstanceMetadataTokens(clock);

  function putToken(call: ServiceCall): Promise<ServiceReply> | ServiceReply {
    note(call, {operation: 'PutToken'});
    const refuse = (status: ErrorStatus) => refusal(call, note, status);
    // A request that came through a proxy: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
    if (call.headers['x-forwarded-for'] !== undefined) return refuse(403);
    const lifetime = call.headers[TTL_HEADER];
    const seconds = typeof lifetime === 'string' ? lifetime : undefined;
    const token = tokens.issue(seconds);
    if (token === undefined) return refuse(400);
    if (instance.hops > instance.hopLimit) {
      // The answer's time to live ends on its way, so that the client waits for nothing.
      note(call, {error: 'HopLimit'});
      return new Promise(() => undefined);
    }
    return text(token, {[TTL_HEADER]: seconds ?? ''});
  }

  function get(call: ServiceCall): ServiceReply {
    const {pathname} = call.url;
    note(call, {operation: operationOf(pathname)});
    const token = call.headers['x-aws-ec2-metadata-token'];
    const isLetIn =
      token === undefined ? instance.allowV1 : typeof token === 'string' && tokens.isValid(token);
    if (!isLetIn) return refusal(call, note, 401);
    const content = contentAt(pathname, call);
    return content === undefined ? refusal(call, note, 404) : text(content);
  }

  function contentAt(pathname: string, call: ServiceCall): string | undefined {
    const {role, region, availabilityZone} = instance;
    if (role !== undefined) {
      if (pathname === CREDENTIALS || `${pathname}/` === CREDENTIALS) return role;
      if (pathname === CREDENTIALS + role) return credentials(call);
    }
    switch (pathname) {
      case '/latest/meta-data/instance-id':
        return INSTANCE_ID;
      case '/latest/meta-data/placement/region':
        return region;
      case '/latest/meta-data/placement/availability-zone':
        return availabilityZone;
      case '/latest/dynamic/instance-identity/document':
        return identityDocument(instance);
      default:
        return undefined;
    }
  }

  function credentials(call: ServiceCall): string {
    const {role, accountId} = instance;
    const key = options.issue({
      accountId,
      sessionName: INSTANCE_ID,
      ...(role === undefined ? {} : {role}),
    });
    const lifetimeSeconds = Math.ceil((key.expiresAt - clock()) / 1000);
    note(call, {arn: key.identity.arn, lifetimeSeconds});
    return pretty({
      Code: 'Success',
      LastUpdated: timestamp(clock()),
      Type: 'AWS-HMAC',
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      Token: key.sessionToken,
      Expiration: timestamp(key.expiresAt),
    });
  }

  return {
    name: 'aws-instance-metadata',
    handles: ({url}) =>
      url.pathname.startsWith('/latest/') &&
      (isLoopback(url.hostname) || HOSTS.includes(url.hostname)),
    answer: async call => {
      if (instance.disabled) return refusal(call, note, 403);
      const isToken = call.url.pathname === '/latest/api/token';
      if (call.method === 'PUT') return isToken ? putToken(call) : refusal(call, note, 403);
      if (isToken || call.method !== 'GET') return refusal(call, note, 405);
      return get(call);
    },
  };
}

function operationOf(pathname: string): string {
  if (`${pathname}/` === CREDENTIALS || pathname === CREDENTIALS) return 'ListSecurityCredentials';
  return pathname.startsWith(CREDENTIALS) ? 'GetSecurityCredentials' : 'GetMetadata';
}

function identityDocument({accountId, availabilityZone, region}: Instance): string {
  return pretty({
    accountId,
    architecture: 'x86_64',
    availabilityZone,
    imageId: 'ami-0123456789abcdef0',
    instanceId: INSTANCE_ID,
    instanceType: 't3.micro',
    region,
    version: '2017-09-30',
  });
}

function pretty(value: object): string {
  return JSON.stringify(value, null, 2);
}

function text(body: string, headers: Readonly<Record<string, string>> = {}): ServiceReply {
  return {status: 200, headers: {server: 'EC2ws', 'content-type': 'text/plain', ...headers}, body};
}

const REASONS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
} as const;

type ErrorStatus = keyof typeof REASONS;

function refusal(call: ServiceCall, note: NoteFacts, status: ErrorStatus): ServiceReply {
  const title = `${status} - ${REASONS[status]}`;
  note(call, {error: REASONS[status].replaceAll(' ', '')});
  return {
    status,
    headers: {server: 'EC2ws', 'content-type': 'text/html'},
    body: `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`,
  };
}
