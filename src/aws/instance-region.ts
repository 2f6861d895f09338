import {request} from 'node:http';

type Environment = Readonly<Record<string, string | undefined>>;

// Half of what the credentials get: the region has a fallback, and the caller is waiting.
const TIME_LIMIT_MILLIS = 1_000;
const MAX_BYTES = 1024;

/**
 * The region of this EC2 instance, of its metadata service (IMDSv2 only), or `undefined` where there is
 * none, it is switched off, or it does not answer within a second. It is `placement/region`, never the
 * zone less a letter: the zone `us-west-2-lax-1a` lies in `us-west-2`.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
 */
export async function instanceRegion(environment: Environment): Promise<string | undefined> {
  const base = metadataEndpoint(environment);
  const signal = AbortSignal.timeout(TIME_LIMIT_MILLIS);
  try {
    const token = await ask(new URL('/latest/api/token', base), 'PUT', signal, {
      'x-aws-ec2-metadata-token-ttl-seconds': '60',
    });
    const region = await ask(new URL('/latest/meta-data/placement/region', base), 'GET', signal, {
      'x-aws-ec2-metadata-token': token,
    });
    return region.trim() || undefined;
  } catch {
    // Most machines have no such service; every AWS account can do without knowing its region.
    return undefined;
  }
}

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
function metadataEndpoint(environment: Environment): URL {
  const given = environment['AWS_EC2_METADATA_SERVICE_ENDPOINT'];
  if (given && URL.canParse(given)) return new URL(given);
  return environment['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE']?.toLowerCase() === 'ipv6'
    ? new URL('http://[fd00:ec2::254]')
    : new URL('http://169.254.169.254');
}

function ask(
  url: URL,
  method: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    // No proxy and no kept connection: it is a link-local address, asked once.
    const call = request(url, {method, headers, signal, agent: false}, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BYTES) response.destroy(new Error('too long an answer'));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`HTTP ${String(response.statusCode)}`));
      });
    });
    call.on('error', reject);
    call.end();
  });
}
