import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import sinon from 'sinon';
import {checkRegion, readRegion} from '../../src/aws/region.js';
import type {FoundRegion} from '../../src/aws/region-lookup.js';
import {assertRefused, assertRejected} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';

const ACCEPTED = [
  'us-east-1',
  'us-west-2',
  'eu-central-2',
  'eu-west-3',
  'eu-north-1',
  'ap-south-2',
  'me-south-1',
  'ap-east-1',
  'ap-northeast-3',
  'ap-southeast-7',
  'ca-west-1',
  'sa-east-1',
  'me-central-1',
  'af-south-1',
  'il-central-1',
  'mx-central-1',
  'us-gov-east-1',
  'us-gov-west-1',
];

// What is given, and what the message must say of it.
const REFUSED: readonly (readonly [region: unknown, says: string])[] = [
  ['cn-north-1', 'China'],
  ['cn-northwest-1', 'China'],
  ['us-east-1a', 'to the region: us-east-1.'],
  ['us-gov-west-1b', 'to the region: us-gov-west-1.'],
  ['us-west-2-lax-1a', 'to the region: us-west-2.'],
  ['us-east-1-wl1-bos-wlz-1', 'to the region: us-east-1.'],
  ['us-iso-east-1', 'is not an AWS region'],
  ['us-isob-east-1', 'is not an AWS region'],
  ['us-isof-south-1', 'is not an AWS region'],
  ['eu-isoe-west-1', 'is not an AWS region'],
  ['eusc-de-east-1', 'is not an AWS region'],
  ['us-iso-east-1a', 'is not an AWS region'],
  ['aws-global', 'is not an AWS region'],
  ['us-mars-1', 'is not an AWS region'],
  ['eu-northcentral-1', 'is not an AWS region'],
  ['us-east', 'is not an AWS region'],
  ['us-east-', 'is not an AWS region'],
  ['us-EAST-1', 'is not an AWS region'],
  ['US-EAST-1', 'is not an AWS region'],
  ['us_east_1', 'is not an AWS region'],
  ['us-ea_st-1', 'is not an AWS region'],
  [' us-east-1', 'is not an AWS region'],
  ['us-east-1 ', 'is not an AWS region'],
  ['us-east-1\n', 'is not an AWS region'],
  ['us-east-1.evil.com', 'is not an AWS region'],
  ['us-east-1/../..', 'is not an AWS region'],
  ['us-east-1@evil.com', 'is not an AWS region'],
  ['evil.com#', 'is not an AWS region'],
  ['{region}', 'is not an AWS region'],
  ['', 'missing or not a string'],
  [undefined, 'missing or not a string'],
  [null, 'missing or not a string'],
  [1, 'missing or not a string'],
  [['us-east-1'], 'missing or not a string'],
  [{region: 'us-east-1'}, 'missing or not a string'],
];

/** A look-up that finds what the option gave. */
function given(region: unknown): () => Promise<FoundRegion> {
  return () => Promise.resolve({region, source: 'awsRegion'});
}

describe('the AWS region', () => {
  for (const region of ACCEPTED) {
    it(`is accepted as ${region}`, async () => {
      assert.equal(checkRegion(region), region);
      assert.deepEqual(await readRegion(given(region)), {region, source: 'awsRegion'});
    });
  }

  for (const [region, says] of REFUSED) {
    it(`is refused as ${inspect(region)}`, async () => {
      const expected = {code: 'AWS_REGION_INVALID', says: [says]} as const;
      const error = assertRefused(() => checkRegion(region), expected);
      assert.equal(error.step, 'aws-region');
      assert.equal(error.transient, false);
      await assertRejected(readRegion(given(region)), expected);
    });
  }

  it('is said to be set where it counts: a variable does not, where the option or a file names a region', () => {
    for (const [region, says] of [
      ['us-iso-east-1', 'to a region such as us-east-1.'],
      ['us-east-1a', 'to the region: us-east-1.'],
    ] as const) {
      for (const source of ['AWS_REGION', 'profile'] as const) {
        assertRefused(() => checkRegion(region, source), {
          code: 'AWS_REGION_INVALID',
          says: [`Set AWS_REGION or "awsRegion" ${says}`],
        });
      }
      for (const [source, set] of [
        ['awsRegion', 'Set "awsRegion"'],
        ['credential file', 'Set "awsRegion", or the regional_cred_verification_url of the file,'],
      ] as const) {
        const error = assertRefused(() => checkRegion(region, source), {
          code: 'AWS_REGION_INVALID',
          says: [`${set} ${says}`],
        });
        assert.ok(!error.message.includes('AWS_REGION'));
      }
    }
  });

  it('is shown shortened when it is absurdly long', () => {
    const error = assertRefused(() => checkRegion('x'.repeat(10_000)), {
      code: 'AWS_REGION_INVALID',
      says: [`"${'x'.repeat(64)}"`],
    });
    assert.ok(error.message.length < 300);
  });

  it('is said to have failed, with the cause, where its function throws or rejects', async () => {
    const failure = new Error('no metadata service.');
    for (const provider of [
      () => Promise.reject(failure),
      () => {
        throw failure;
      },
    ]) {
      const error = await assertRejected(readRegion(provider), {
        code: 'AWS_REGION_INVALID',
        says: [
          'The AWS region could not be looked up: no metadata service. Set AWS_REGION',
          '"awsRegion"',
          'to a region such as us-east-1',
        ],
      });
      assert.ok(error.cause instanceof Error);
      assert.equal(error.cause.message, failure.message);
    }
  });

  it('shows no secret of a failing function’s error', async () => {
    const secrets = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', property: 'SECRETSECRETSECRET'};
    const failure = Object.assign(new Error(`for ${secrets.accessKeyId}`), {
      config: {key: secrets.property},
    });
    const error = await assertRejected(
      readRegion(() => Promise.reject(failure)),
      {code: 'AWS_REGION_INVALID', says: ['for [masked]']},
    );
    assertHidden(printed(error), secrets);
  });

  it('shows no key that stands in its place, or that its function’s error holds', async () => {
    // AWS's own examples.
    const keys = {
      secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      token: `IQoJb3JpZ2luX2VjEJr${'Abc123+/'.repeat(40)}==`,
    };
    for (const key of Object.values(keys)) {
      for (const value of [key, ` ${key}\n`, `us-east-1 ${key}`]) {
        const error = assertRefused(() => checkRegion(value, 'AWS_REGION'), {
          code: 'AWS_REGION_INVALID',
          says: ['[masked]', '(of AWS_REGION)'],
        });
        assertHidden(printed(error), keys);
      }
      const error = await assertRejected(
        readRegion(() => Promise.reject(new Error(`no region beside ${key}`))),
        {code: 'AWS_REGION_INVALID', says: ['no region beside [masked]']},
      );
      assertHidden(printed(error), keys);
    }
  });

  it('is given up where its function never answers', async () => {
    const time = sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    try {
      const outcome = assertRejected(
        readRegion(() => new Promise(() => undefined)),
        {code: 'AWS_REGION_INVALID', says: ['did not answer within 30000 ms']},
      );
      await time.tickAsync(30_000);
      await outcome;
    } finally {
      time.restore();
    }
  });
});
