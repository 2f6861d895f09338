import assert from 'node:assert/strict';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import fc from 'fast-check';
import {createExternalAccountConfig} from '../../src/config/external-account-config.js';
import {createCredConfig, gcloudVersion, optionsOf} from '../support/gcloud.js';
import {textOf} from '../support/text-of.js';

interface Recording {
  readonly file: string;
  readonly args: readonly string[];
}

const FIXTURES = fileURLToPath(new URL('../fixtures/gcloud/', import.meta.url));
const {gcloud: RECORDED_VERSION, recorded: RECORDED} = JSON.parse(
  readFileSync(join(FIXTURES, 'commands.json'), 'utf8'),
) as {readonly gcloud: string; readonly recorded: readonly Recording[]};

function ours(args: readonly string[]): string {
  return JSON.stringify(createExternalAccountConfig(optionsOf(args)), null, 2);
}

describe('the credential file that gcloud would write', () => {
  for (const {file, args} of RECORDED) {
    it(`is ours, byte for byte, with ${args.slice(1).join(' ')} (${file})`, () => {
      assert.equal(ours(args), readFileSync(join(FIXTURES, file), 'utf8'));
    });
  }

  it('is recorded in every file of the folder, and more than once', () => {
    const files = readdirSync(FIXTURES).filter(
      name => name.endsWith('.json') && name !== 'commands.json',
    );
    assert.deepEqual(files.sort(), RECORDED.map(({file}) => file).sort());
    assert.ok(files.length >= 12);
  });

  const id = (minLength: number, maxLength: number) =>
    textOf('abcdefghijklmnopqrstuvwxyz0123456789-', minLength, maxLength);
  const ARGS = fc
    .record({
      project: fc.integer({min: 1, max: 999_999_999_999}),
      pool: id(4, 32),
      provider: id(4, 32),
      imdsv2: fc.boolean(),
      universe: fc.constantFrom(undefined, 'example.goog', 'apis-s3ns.fr'),
      serviceAccount: fc.option(id(6, 30), {nil: undefined}),
      lifetime: fc.option(fc.integer({min: 600, max: 43_200}), {nil: undefined}),
    })
    .map(({project, pool, provider, imdsv2, universe, serviceAccount, lifetime}) => [
      `projects/${project}/locations/global/workloadIdentityPools/${pool}/providers/${provider}`,
      '--aws',
      ...(imdsv2 ? ['--enable-imdsv2'] : []),
      ...(universe === undefined ? [] : [`--universe-domain=${universe}`]),
      ...(serviceAccount === undefined
        ? []
        : [
            `--service-account=${serviceAccount}@my-project.iam.gserviceaccount.com`,
            ...(lifetime === undefined
              ? []
              : [`--service-account-token-lifetime-seconds=${lifetime}`]),
          ]),
    ]);

  it('is ours for any flags, by the gcloud of this machine where it has one', async function () {
    this.timeout(120_000);
    const version = await gcloudVersion();
    const isKnown = version !== undefined && version >= Number.parseInt(RECORDED_VERSION, 10);
    if (!isKnown) {
      console.log(
        `      (no gcloud ${RECORDED_VERSION} or later on PATH: nothing to compare with)`,
      );
    }
    const folder = mkdtempSync(join(tmpdir(), 'gcloud-'));
    try {
      for (const args of isKnown ? fc.sample(ARGS, 4) : []) {
        assert.equal(ours(args), await createCredConfig(args, folder), args.join(' '));
      }
    } finally {
      rmSync(folder, {recursive: true});
    }
  });
});
