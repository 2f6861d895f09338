import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Emulator} from '../../src/emulator/index.js';
import {ecsAgent, type EcsAgent} from './ecs-agent.js';
import {
  ACCOUNT,
  setUpTogether,
  SOURCES,
  startWithARoleForEach,
  type Source,
} from './each-source.js';
import {runRows, type Row, type RowResult} from './run-rows.js';

const ALONE = SOURCES.map(source => [source]);
const PAIRS = SOURCES.flatMap((one, i) =>
  SOURCES.slice(i + 1)
    .filter(other => other.needs === undefined || other.needs !== one.needs)
    .map(other => [one, other]),
);

// What the rows' processes ask of AWS for credentials; `google-sts` asks who somebody is.
function askedServices({requests}: RowResult): string[] {
  return [
    ...new Set(
      requests
        .filter(({service, from}) => service.startsWith('aws-') && from === 'client')
        .map(record => record.service as string),
    ),
  ];
}

describe('the source of AWS credentials, from the environment to an object in Storage,', () => {
  let emulator: Emulator;
  let agent: EcsAgent;
  let folder: string;
  let results: ReadonlyMap<string, RowResult>;
  const idOf = (sources: readonly Source[]) =>
    sources.map(source => SOURCES.indexOf(source)).join('-and-');

  before(async function () {
    this.timeout(60_000);
    emulator = await startWithARoleForEach();
    agent = await ecsAgent(emulator);
    folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-matrix-'));
    const rows: Row[] = [];
    for (const sources of [...ALONE, ...PAIRS]) {
      const id = idOf(sources);
      rows.push({id, ...(await setUpTogether(sources, emulator, join(folder, id)))});
    }
    results = await runRows(emulator, rows, agent.port);
  });

  after(async () => {
    await emulator.close();
    await agent.close();
    await rm(folder, {recursive: true});
  });

  const check = (sources: readonly Source[], winner: Source) => {
    const result = results.get(idOf(sources));
    assert.ok(result);
    assert.equal(result.error?.message, undefined);
    assert.ok(result.identity);
    assert.equal(result.identity.source, winner.won);
    assert.ok(result.arn?.startsWith(winner.arn), result.arn);
    assert.deepEqual(askedServices(result), winner.services);
    assert.equal(result.requests.at(-1)?.operation, 'storage.objects.insert');
    assert.equal(result.requests.at(-1)?.status, 200);
    const {accountId, roleArn, accessKeyIdSuffix, region, regionSource} = result.identity;
    assert.match(accessKeyIdSuffix, /^[A-Z2-7]{4}$/);
    assert.deepEqual([region, regionSource], ['us-east-1', 'AWS_REGION']);
    const role = /assumed-role\/([^/]+)/.exec(winner.arn)?.[1] ?? '';
    assert.equal(
      roleArn,
      winner.knows === 'role' ? `arn:aws:iam::${ACCOUNT}:role/${role}` : undefined,
    );
    assert.equal(accountId, winner.knows === 'neither' ? undefined : ACCOUNT);
  };

  for (const source of SOURCES) {
    it(`alone is ${source.name}`, () => check([source], source));
  }

  for (const sources of PAIRS) {
    const [one, other] = sources;
    if (one === undefined || other === undefined) continue;
    const winner = one.rank < other.rank ? one : other;
    it(`is ${winner.name} and not ${(winner === one ? other : one).name}`, () =>
      check(sources, winner));
  }
});
