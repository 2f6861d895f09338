import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {lookUpRegion, type FoundRegion} from '../../src/aws/region-lookup.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';

const CONFIG = '[default]\nregion = eu-west-3\n[profile work]\nregion = eu-central-1\n';

const CASES: readonly (readonly [
  variables: Readonly<Record<string, string>>,
  region: string,
  source: FoundRegion['source'],
])[] = [
  [{AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2'}, 'eu-west-1', 'AWS_REGION'],
  [{AWS_DEFAULT_REGION: 'eu-west-2'}, 'eu-west-2', 'AWS_DEFAULT_REGION'],
  [{AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2'}, 'eu-west-2', 'AWS_DEFAULT_REGION'],
  [{AWS_REGION: ' '}, ' ', 'AWS_REGION'],
  [{AWS_REGION: '', AWS_DEFAULT_REGION: ''}, 'eu-west-3', 'profile'],
  [{}, 'eu-west-3', 'profile'],
  [{AWS_PROFILE: 'work'}, 'eu-central-1', 'profile'],
  [{AWS_PROFILE: 'typo'}, 'us-east-1', 'default'],
  [{AWS_CONFIG_FILE: '/nonexistent'}, 'us-east-1', 'default'],
];

describe('the look-up of the region', () => {
  const environment = awsEnvironment();

  beforeEach(async () => {
    const file = join(environment.folder, 'config');
    await writeFile(file, CONFIG);
    environment.set({AWS_CONFIG_FILE: file, AWS_EC2_METADATA_DISABLED: 'true'});
  });

  for (const [variables, region, source] of CASES) {
    it(`finds ${JSON.stringify(region)} of ${source} with ${JSON.stringify(variables)}`, async () => {
      environment.set(variables);
      assert.deepEqual(await lookUpRegion(process.env), {region, source});
    });
  }

  it('is made anew at each call', async () => {
    environment.set({AWS_REGION: 'eu-west-1'});
    assert.equal((await lookUpRegion(process.env)).region, 'eu-west-1');
    environment.set({AWS_REGION: 'eu-west-2'});
    assert.equal((await lookUpRegion(process.env)).region, 'eu-west-2');
  });
});
