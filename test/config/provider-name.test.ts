import assert from 'node:assert/strict';
import fc from 'fast-check';
import {formatProviderName, parseProviderName} from '../../src/config/provider-name.js';
import {assertRefused} from '../support/refusal.js';
import {textOf} from '../support/text-of.js';

const PATH =
  'projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const NAME = `//iam.googleapis.com/${PATH}`;

const POOL_ID = textOf('abcdefghijklmnopqrstuvwxyz0123456789-', 4, 32);

// What is given, and what the message must say of it.
const REFUSED: readonly (readonly [title: string, audience: unknown, ...says: string[]])[] = [
  ['nothing', undefined, '"audience" is missing', 'PROJECT_NUMBER'],
  ['null', null, '"audience" is missing', 'PROJECT_NUMBER'],
  ['an empty string', '', '"audience" is missing', 'PROJECT_NUMBER'],
  ['a number', 123456789012, '"audience" is missing or not a string'],
  ['an array', [NAME], '"audience" is missing or not a string'],
  ['a name without the host', PATH, 'Put that in front', NAME],
  [
    'a name without the host, which a terminal obeys',
    PATH.replace('123456789012', '\u009b2J'),
    `Put that in front: "//iam.googleapis.com/projects/\\u009b2J/`,
  ],
  ['a space that is none behind', `${NAME}\u00a0`, 'provider id "aws-test-account\\u00a0"'],
  ['a name with a leading slash', `/${PATH}`, 'does not begin with //iam.googleapis.com/'],
  ['another host', NAME.replace('iam.', 'iam2.'), 'does not begin with //iam.googleapis.com/'],
  [
    'a longer host',
    NAME.replace('.com', '.com.evil.com'),
    'does not begin with //iam.googleapis.com/',
  ],
  ['another scheme', `http:${NAME}`, 'does not begin with //iam.googleapis.com/'],
  ['a host in capitals', NAME.replace('iam', 'IAM'), 'does not begin with //iam.googleapis.com/'],
  ['a space in front', ` ${NAME}`, 'does not begin with //iam.googleapis.com/'],
  ['a space behind', `${NAME} `, 'provider id "aws-test-account "', '4 to 32 characters'],
  ['a newline behind', `${NAME}\n`, 'provider id', '4 to 32 characters'],
  ['the pool alone', NAME.replace(/\/providers.*/, ''), 'providers list --location=global'],
  ['a slash behind', `${NAME}/`, 'providers list --location=global'],
  ['a longer path', `${NAME}/keys/1`, 'providers list --location=global'],
  ['no location', NAME.replace('/locations/global', ''), 'providers list --location=global'],
  ['an empty project', NAME.replace('123456789012', ''), 'providers list --location=global'],
  ['a shell placeholder', NAME.replace('123456789012', '$N'), 'project by its id, "$N"'],
  ['a pool id in capitals', NAME.replace('aws-pool', 'AWS-POOL'), 'pool id "AWS-POOL"'],
  ['a pool id of 3 characters', NAME.replace('aws-pool', 'aws'), 'pool id "aws"'],
  ['a pool id of 33 characters', NAME.replace('aws-pool', 'a'.repeat(33)), '4 to 32 characters'],
  ['a provider id with a dot', NAME.replace('test-account', 'te.st'), 'provider id "aws-te.st"'],
  [
    'a workforce pool',
    '//iam.googleapis.com/locations/global/workforcePools/people/providers/idp',
    'names a workforce pool',
    'for people',
  ],
  ['a service account', 'demo@my-project.iam.gserviceaccount.com', 'does not begin with'],
];

describe('the name of a workload identity pool provider', () => {
  it('is read with and without https:', () => {
    for (const audience of [NAME, `https:${NAME}`]) {
      assert.deepEqual(parseProviderName(audience), {
        projectNumber: '123456789012',
        location: 'global',
        poolId: 'aws-pool',
        providerId: 'aws-test-account',
      });
    }
  });

  it('is written as Google STS takes it, whatever its parts are', () => {
    fc.assert(
      fc.property(textOf('0123456789', 1, 19), POOL_ID, POOL_ID, (project, pool, provider) => {
        const name = `//iam.googleapis.com/projects/${project}/locations/global/workloadIdentityPools/${pool}/providers/${provider}`;
        assert.equal(formatProviderName(parseProviderName(name)), name);
        assert.equal(formatProviderName(parseProviderName(`https:${name}`)), name);
      }),
    );
  });

  it('cannot be changed once it is read', () => {
    assert.ok(Object.isFrozen(parseProviderName(NAME)));
  });

  for (const [title, audience, ...says] of REFUSED) {
    it(`is refused as ${title}`, () => {
      const error = assertRefused(() => parseProviderName(audience), {
        code: 'INVALID_AUDIENCE',
        says,
      });
      assert.equal(error.step, 'config');
    });
  }

  it('with a project id gets the very command that prints the number', () => {
    for (const project of ['my-project', 'example.com:my-project', 'project-123']) {
      assertRefused(() => parseProviderName(NAME.replace('123456789012', project)), {
        code: 'INVALID_AUDIENCE',
        says: [
          `names the project by its id, "${project}"`,
          'takes the project number alone',
          `gcloud projects describe ${project} --format="value(projectNumber)"`,
        ],
      });
    }
  });

  it('never puts into a command what a shell would run', () => {
    const audience = NAME.replace('123456789012', 'x;rm -rf ~');
    assertRefused(() => parseProviderName(audience), {
      code: 'INVALID_AUDIENCE',
      says: ['gcloud projects describe PROJECT_ID --format'],
    });
  });

  it('is quoted shortened when it is absurdly long', () => {
    const error = assertRefused(() => parseProviderName('x'.repeat(100_000)), {
      code: 'INVALID_AUDIENCE',
      says: ['x…"'],
    });
    assert.ok(error.message.length < 1000);
  });
});
