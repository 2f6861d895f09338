import assert from 'node:assert/strict';
import {chmod, mkdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, it} from 'mocha';
import {AwsAuthClient} from '../../src/index.js';
import {createCredConfig, gcloudVersion} from '../support/gcloud.js';
import {textOf} from '../support/text-of.js';
import {runCommand} from './run-command.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/gcloud/', import.meta.url));
const {gcloud: RECORDED_VERSION, recorded: RECORDED} = JSON.parse(
  readFileSync(join(FIXTURES, 'commands.json'), 'utf8'),
) as {
  readonly gcloud: string;
  readonly recorded: readonly {readonly file: string; readonly args: readonly string[]}[];
};

const NAME =
  'projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const PARTS = [
  ...['--project-number', '123456789012', '--pool', 'aws-pool'],
  ...['--provider', 'aws-test-account'],
];
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';

describe('google-auth-aws config', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'google-auth-aws-config-'));
    file = join(folder, 'gcp.json');
  });
  afterEach(() => rmSync(folder, {recursive: true}));

  const config = (...args: string[]) => runCommand(['config', ...args], {cwd: folder});

  async function written(args: readonly string[]): Promise<string> {
    const {status, stderr} = await config(...args, '--output-file', file, '--force');
    assert.equal(status, 0, stderr);
    return readFile(file, 'utf8');
  }

  describe('writes, byte for byte, what gcloud writes', () => {
    for (const {file: fixture, args} of RECORDED) {
      it(`with ${args.slice(1).join(' ')} (${fixture})`, async () => {
        assert.equal(await written(args), readFileSync(join(FIXTURES, fixture), 'utf8'));
      });
    }

    const id = (minLength: number, maxLength: number) =>
      textOf('abcdefghijklmnopqrstuvwxyz0123456789', minLength, maxLength);
    const flag = <T>(value: fc.Arbitrary<T>, write: (value: T) => string[]) =>
      fc.option(value, {nil: undefined}).map(given => (given === undefined ? [] : write(given)));
    const FLAGS = fc
      .tuple(
        fc.integer({min: 1, max: 999_999_999_999}),
        id(4, 32),
        id(4, 32),
        flag(fc.constant(true), () => ['--enable-imdsv2']),
        flag(fc.constantFrom('example.goog', 'apis-s3ns.fr'), domain => [
          `--universe-domain=${domain}`,
        ]),
        flag(
          fc.tuple(
            id(6, 30),
            flag(fc.integer({min: 600, max: 43_200}), seconds => [String(seconds)]),
          ),
          ([account, lifetime]) => [
            `--service-account=${account}@my-project.iam.gserviceaccount.com`,
            ...(lifetime.length === 0
              ? []
              : [`--service-account-token-lifetime-seconds=${lifetime.join('')}`]),
          ],
        ),
      )
      .map(([project, pool, provider, ...flags]) => [
        `projects/${project}/locations/global/workloadIdentityPools/${pool}/providers/${provider}`,
        '--aws',
        ...flags.flat(),
      ]);

    it('with any flags, by the gcloud of this machine where it has one', async function () {
      this.timeout(120_000);
      const version = await gcloudVersion();
      if (version === undefined || version < Number.parseInt(RECORDED_VERSION, 10)) {
        console.log(`      (no gcloud ${RECORDED_VERSION} or later on PATH)`);
        return;
      }
      for (const args of fc.sample(FLAGS, 4)) {
        assert.equal(await written(args), await createCredConfig(args, folder), args.join(' '));
      }
    });

    // Its version 528, of which the outputs were recorded, has no such flag.
    it('with a location, as the source of its version 556 says', async () => {
      const made: unknown = JSON.parse(
        await written([NAME, '--aws', '--sts-location=us-central1']),
      );
      const plain: unknown = JSON.parse(await written([NAME, '--aws']));
      assert.deepEqual(made, {
        ...(plain as object),
        token_url: 'https://sts.us-central1.rep.googleapis.com/v1/token',
        token_info_url: 'https://sts.us-central1.rep.googleapis.com/v1/introspect',
      });
    });
  });

  it('takes the provider in each of its spellings', async () => {
    const expected = await written([NAME]);
    for (const args of [
      [`//iam.googleapis.com/${NAME}`],
      [`https://iam.googleapis.com/${NAME}`],
      ['--audience', `//iam.googleapis.com/${NAME}`],
      PARTS,
    ]) {
      assert.equal(await written(args), expected);
    }
  });

  it('makes a file that the library takes', async () => {
    await written([...PARTS, '--service-account', EMAIL]);
    assert.equal(AwsAuthClient.fromFile(file).getServiceAccountEmail(), EMAIL);
  });

  it('prints it where no file is named, and nothing else', async () => {
    const {status, stdout, stderr} = await config(NAME);
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.equal(stdout, `${await written([NAME])}\n`);
  });

  describe('writes the file', () => {
    it('for those whom the umask lets read it, as gcloud does, and says so on stderr', async () => {
      const {status, stdout, stderr} = await config(NAME, '--output-file', 'gcp.json');
      assert.equal(status, 0);
      assert.equal(stdout, '');
      assert.match(stderr, /gcp\.json/);
      const plain = join(folder, 'plain');
      await writeFile(plain, '');
      assert.equal((await stat(file)).mode, (await stat(plain)).mode);
    });

    it('never over another one, but with --force', async () => {
      await writeFile(file, 'precious');
      const refused = await config(NAME, '--output-file', file);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /is there already\. Give another name, or --force/);
      assert.equal(await readFile(file, 'utf8'), 'precious');

      assert.equal((await config(NAME, '--output-file', file, '--force')).status, 0);
      assert.match(await readFile(file, 'utf8'), /external_account/);
    });

    it('for those who could read the one that --force replaces', async () => {
      await writeFile(file, '');
      for (const mode of [0o600, 0o640, 0o644]) {
        await chmod(file, mode);
        assert.equal((await config(NAME, '--output-file', file, '--force')).status, 0);
        assert.equal((await stat(file)).mode & 0o777, mode);
      }
    });

    it('never through a link that leads nowhere yet', async () => {
      await symlink(join(folder, 'elsewhere'), file);
      assert.equal((await config(NAME, '--output-file', file)).status, 1);
      await assert.rejects(stat(join(folder, 'elsewhere')));
    });

    it('to a device, with --force', async () => {
      assert.equal((await config(NAME, '--output-file', '/dev/null', '--force')).status, 0);
      assert.ok((await stat('/dev/null')).isCharacterDevice());
    });

    for (const [title, path, says] of [
      ['whose folder is not there', 'missing/gcp.json', /no such folder/],
      ['that is a folder', '.', /"\." is a folder\. Give the name of a file in it/],
      ['whose folder is a file', 'plain/gcp.json', /what should be its folder is a file\. Give/],
    ] as const) {
      it(`or says why not: one ${title}`, async () => {
        await writeFile(join(folder, 'plain'), '');
        for (const force of [[], ['--force']]) {
          const {status, stderr} = await config(NAME, '--output-file', path, ...force);
          assert.equal(status, 1);
          assert.match(stderr, says);
          assert.doesNotMatch(stderr, /\n {4}at /);
        }
      });
    }

    it('or says why not: a folder that is nobody’s to write to, not the superuser’s either', async () => {
      if (!existsSync('/sys/kernel')) return;
      for (const force of [[], ['--force']]) {
        const {status, stderr} = await config(NAME, '--output-file', '/sys/gcp.json', ...force);
        assert.equal(status, 1);
        assert.match(
          stderr,
          /"\/sys\/gcp\.json" cannot be written by this user \((?:EACCES|EPERM|EROFS)\)\. Choose a folder/,
        );
      }
    });

    it('or says why not: a folder that is not this user’s', async function () {
      const closed = join(folder, 'closed');
      await mkdir(closed);
      await chmod(closed, 0o500);
      // The superuser may write anywhere.
      if (process.getuid?.() === 0) return;
      const {status, stderr} = await config(NAME, '--output-file', join(closed, 'gcp.json'));
      assert.equal(status, 1);
      assert.match(stderr, /EACCES/);
    });
  });

  describe('is used wrongly', () => {
    for (const [args, says] of [
      [[], /No provider is named/],
      [
        ['--project-number', '1', '--pool', 'aws-pool'],
        /--project-number and --pool need --provider too/,
      ],
      [['--pool', 'aws-pool'], /--pool needs --project-number and --provider too/],
      [[NAME, ...PARTS], /named twice/],
      [[NAME, '--pool', ''], /named twice/],
      [
        ['--audience', `//iam.googleapis.com/${NAME}`, ...PARTS],
        /--audience and --project-number, .* both/,
      ],
      [
        [NAME.replace('123456789012', 'my-project')],
        /project by its id.*gcloud projects describe my-project/,
      ],
      [[NAME, '--service-account', 'demo'], /^google-auth-aws: --service-account is "demo"/],
      [[NAME, '--service-account-token-lifetime-seconds', '700'], /without --service-account/],
      [
        [NAME, '--service-account', EMAIL, '--service-account-token-lifetime-seconds', '5'],
        /--service-account-token-lifetime-seconds is 5, not a whole number of seconds from 600/,
      ],
      [[NAME, '--service-account-token-lifetime-seconds', 'soon'], /whole number of seconds/],
      [[NAME, '--sts-location', 'US!'], /^google-auth-aws: --sts-location is "US!"/],
      [[NAME, '--universe-domain', '-'], /^google-auth-aws: --universe-domain is "-"/],
      [[NAME, 'another'], /too many arguments.*"another"/],
      [[NAME, '--output-file'], /argument missing/],
    ] as const) {
      it(`with ${args.join(' ') || 'nothing'}`, async () => {
        const {status, stdout, stderr} = await config(...args);
        assert.equal(status, 2, stderr);
        assert.equal(stdout, '');
        assert.match(stderr, says);
      });
    }
  });
});
