import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import sinon from 'sinon';
import {checkRegion, defaultRegionProvider, readRegion} from '../../src/aws/region.js';
import {assertRefused, assertRejected} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';

const ACCEPTED = [
  'us-east-1',
  'us-west-2',
  'eu-central-2',
  'eu-west-3',
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

describe('the AWS region', () => {
  for (const region of ACCEPTED) {
    it(`is accepted as ${region}`, async () => {
      assert.equal(checkRegion(region), region);
      assert.equal(await readRegion(() => Promise.resolve(region)), region);
    });
  }

  for (const [region, says] of REFUSED) {
    it(`is refused as ${inspect(region)}`, async () => {
      const expected = {code: 'AWS_REGION_INVALID', says: [says]} as const;
      const error = assertRefused(() => checkRegion(region), expected);
      assert.equal(error.step, 'aws-region');
      assert.equal(error.transient, false);
      await assertRejected(
        readRegion(() => Promise.resolve(region as string)),
        expected,
      );
    });
  }

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
        says: ['"awsRegion" failed: no metadata service. Give a region such as us-east-1'],
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

describe('the region of the environment', () => {
  const CASES: readonly (readonly [environment: Record<string, string>, region: string])[] = [
    [{AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2'}, 'eu-west-1'],
    [{AWS_DEFAULT_REGION: 'eu-west-2'}, 'eu-west-2'],
    [{AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2'}, 'eu-west-2'],
    [{AWS_REGION: '', AWS_DEFAULT_REGION: ''}, 'us-east-1'],
    [{}, 'us-east-1'],
  ];
  for (const [environment, region] of CASES) {
    it(`is ${region} with ${JSON.stringify(environment)}`, async () => {
      assert.equal(await defaultRegionProvider(environment)(), region);
    });
  }

  it('is read at each call, and from this process where nothing else is given', async () => {
    const environment: Record<string, string> = {AWS_REGION: 'eu-west-1'};
    const provider = defaultRegionProvider(environment);
    await provider();
    environment['AWS_REGION'] = 'eu-west-2';
    assert.equal(await provider(), 'eu-west-2');

    const sandbox = sinon.createSandbox();
    try {
      sandbox.stub(process, 'env').value({AWS_REGION: 'sa-east-1'});
      assert.equal(await defaultRegionProvider()(), 'sa-east-1');
    } finally {
      sandbox.restore();
    }
  });
});
