import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {runNode} from '../support/run-node.js';

const KEYS = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2Vj/EXAMPLE+SESSION==',
};

interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly authorization: string | undefined;
}

/** A metadata service of a container at /container, and of an instance everywhere else; the latter refuses. */
async function startMetadataService() {
  const asked: Asked[] = [];
  const server = createServer(({method, url, headers}, response) => {
    asked.push({method, path: url, authorization: headers.authorization});
    if (url !== '/container' || headers.authorization !== 'agent-token') {
      response.writeHead(403).end();
      return;
    }
    response.writeHead(200, {'content-type': 'application/json'}).end(
      JSON.stringify({
        AccessKeyId: KEYS.accessKeyId,
        SecretAccessKey: KEYS.secretAccessKey,
        Token: KEYS.sessionToken,
        Expiration: '2099-01-01T00:00:00Z',
      }),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    asked,
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** Asks for credentials in a process of its own, which has these variables and no AWS files. */
async function ask(env: Record<string, string>, instanceMetadata = 'http://127.0.0.1:9') {
  const {status, stdout, stderr} = await runNode(['test/aws/default-credentials-program.ts'], {
    HOME: '/nonexistent',
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: instanceMetadata,
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1',
    ...env,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('the AWS credentials of the environment', () => {
  it('are the keys of three variables, for which nothing of the AWS SDK is loaded', async () => {
    const outcome = await ask({
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_SESSION_TOKEN: KEYS.sessionToken,
    });
    assert.deepEqual(outcome, {
      loadedBefore: false,
      loadedAfter: false,
      source: 'environment',
      first: KEYS,
      second: KEYS,
    });
  });

  it('are asked of the container’s endpoint with its token at each call, so that a rotation is seen', async () => {
    await using metadata = await startMetadataService();
    const {source, first, second, loadedBefore, loadedAfter} = await ask(
      {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${metadata.url}/container`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'agent-token',
      },
      metadata.url,
    );
    assert.deepEqual([source, loadedBefore, loadedAfter], ['container', false, true]);
    assert.deepEqual(first, {...KEYS, expiration: '2099-01-01T00:00:00.000Z'});
    assert.deepEqual(second, first);
    const asked = {method: 'GET', path: '/container', authorization: 'agent-token'};
    assert.deepEqual(metadata.asked, [asked, asked]);
  });

  it('are asked of the instance’s metadata where nothing else is named', async () => {
    await using metadata = await startMetadataService();
    const outcome = await ask({}, metadata.url);
    assert.equal(outcome['code'], 'AWS_CREDENTIALS_UNAVAILABLE');
    assert.ok(metadata.asked.length > 0);
  });

  describe('are never asked of the instance’s metadata, whose role is another identity,', () => {
    const ELSEWHERE: readonly (readonly [
      when: string,
      env: Record<string, string>,
      says: RegExp,
    ])[] = [
      [
        'where the environment names a web identity that is not there',
        {
          AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent/token',
          AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/web',
        },
        /\/nonexistent\/token/,
      ],
      [
        'where the environment names a web identity without its role',
        {AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent/token'},
        /AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not/,
      ],
      [
        'where the environment names a container’s endpoint that refuses',
        {AWS_CONTAINER_CREDENTIALS_FULL_URI: '/container'},
        /had from the container's credential endpoint .*403/,
      ],
    ];
    for (const [when, env, says] of ELSEWHERE) {
      it(when, async () => {
        await using metadata = await startMetadataService();
        const named = Object.entries(env).map(([name, value]): [string, string] => [
          name,
          name === 'AWS_CONTAINER_CREDENTIALS_FULL_URI' ? `${metadata.url}${value}` : value,
        ]);
        const outcome = await ask(Object.fromEntries(named), metadata.url);
        assert.equal(outcome['code'], 'AWS_CREDENTIALS_UNAVAILABLE');
        assert.equal(outcome['step'], 'aws-credentials');
        assert.match(String(outcome['message']), says);
        assert.deepEqual(
          metadata.asked.filter(({path}) => path !== '/container'),
          [],
        );
      });
    }
  });

  it('are the keys of three variables beside a web identity without its role', async () => {
    const {first} = await ask({
      AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent/token',
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_SESSION_TOKEN: KEYS.sessionToken,
    });
    assert.deepEqual(first, KEYS);
  });
});
