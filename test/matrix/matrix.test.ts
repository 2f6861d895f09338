import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import type {ClientReport} from './client-report.js';
import type {ClientUnderTest} from './client-under-test.js';
import {CLIENTS} from './clients.js';
import {heldVersion} from './held-version.js';
import {matrixTable, outcomeOf, tableIn} from './matrix-table.js';
import {runClients} from './run-clients.js';

describe("Google's clients", function () {
  // All of them together, on a slow machine.
  this.timeout(600_000);
  let reports: ReadonlyMap<ClientUnderTest, Promise<ClientReport>>;

  before(() => {
    reports = runClients(CLIENTS);
  });

  const reportOf = (client: ClientUnderTest): Promise<ClientReport> =>
    reports.get(client) ?? Promise.reject(new Error('it was not run'));

  it('have another copy of google-auth-library than the package', () => {
    const require = createRequire(import.meta.url);
    const own = createRequire(require.resolve('google-auth-aws')).resolve('google-auth-library');
    const theirs = require.resolve('google-auth-library');
    assert.notEqual(own, theirs);
    assert.match(heldVersion(['google-auth-aws', 'google-auth-library']), /^11\./);
  });

  for (const client of CLIENTS) {
    describe(`${client.name} ${client.major}`, () => {
      it(`holds google-auth-library ${client.googleAuthLibrary}`, async () => {
        const {googleAuthLibrary} = await reportOf(client);
        assert.equal(googleAuthLibrary.split('.')[0], String(client.googleAuthLibrary));
      });

      it('is authorised, and again with the token after', async () => {
        const {operations} = await reportOf(client);
        assert.notEqual(operations.length, 0);
        for (const operation of operations) {
          const refused = client.refused?.[operation.name];
          if (refused === undefined) {
            assert.equal(outcomeOf(operation), 'authorised', operation.name);
          } else {
            assert.match(outcomeOf(operation), refused.message);
          }
        }
        const names = operations.map(({name}) => name);
        for (const name of Object.keys(client.refused ?? {})) assert.ok(names.includes(name), name);
      });

      it('knows the project, and asks neither gcloud nor the metadata server', async () => {
        const {projectId, strayed} = await reportOf(client);
        assert.deepEqual(strayed, []);
        if (client.project === 'found') assert.equal(projectId, 'my-project');
      });
    });
  }

  describe('all together', () => {
    it('are the table of the README', async () => {
      const rows = await Promise.all(
        CLIENTS.map(async client => ({client, report: await reportOf(client)})),
      );
      const table = matrixTable(rows);
      console.log(table);
      assert.equal(tableIn(await readFile('README.md', 'utf8')), table);
    });
  });
});
