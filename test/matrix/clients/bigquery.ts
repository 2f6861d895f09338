import {forGoogleClient} from 'google-auth-aws';
import type {Answers} from '../clouds/recorded-clouds.js';
import type {ClientUnderTest, ConnectedClient} from '../client-under-test.js';

/** What the majors of `BigQuery` have in common. */
interface AnyBigQuery {
  getProjectId(): Promise<string>;
  query(sql: string): Promise<unknown>;
  getDatasets(): Promise<unknown>;
  dataset(id: string): {
    table(id: string): {
      insert(rows: object[]): Promise<unknown>;
      createWriteStream(format: string): NodeJS.WritableStream;
    };
  };
}

const connected = (bigquery: AnyBigQuery): ConnectedClient => ({
  projectId: () => bigquery.getProjectId(),
  operations: {
    query: () => bigquery.query('SELECT 1 AS one'),
    list: () => bigquery.getDatasets(),
    insert: () =>
      bigquery
        .dataset('a_dataset')
        .table('a_table')
        .insert([{one: 1}]),
    'load by upload': () =>
      new Promise((resolve, reject) => {
        const stream = bigquery.dataset('a_dataset').table('a_table').createWriteStream('json');
        stream.on('error', reject).on('complete', resolve);
        stream.end('{"one":1}\n');
      }),
  },
});

const jobReference = {projectId: 'my-project', jobId: 'a-job', location: 'US'};

/** What jobs.query answers when the job is done at once. */
export const queryAnswer = (columns: readonly string[], rows: readonly (readonly string[])[]) => ({
  jobComplete: true,
  jobReference,
  schema: {fields: columns.map(name => ({name, type: 'STRING'}))},
  rows: rows.map(values => ({f: values.map(v => ({v}))})),
  totalRows: String(rows.length),
});

const answers: Answers = {
  rest: [
    {
      to: /^POST bigquery\.googleapis\.com\/bigquery\/v2\/projects\/my-project\/queries/,
      body: queryAnswer(['one'], [['1']]),
    },
    {
      to: /^GET bigquery\.googleapis\.com\/bigquery\/v2\/projects\/my-project\/datasets/,
      body: {datasets: []},
    },
    {
      to: /^POST bigquery\.googleapis\.com\/bigquery\/v2\/projects\/my-project\/.*\/insertAll/,
      body: {},
    },
    {
      to: /^GET bigquery\.googleapis\.com\/bigquery\/v2\/projects\/my-project\/jobs\/a-job/,
      body: {jobReference, status: {state: 'DONE'}},
    },
    {
      to: /^POST bigquery\.googleapis\.com\/upload\/bigquery\/v2\/projects\/my-project\/jobs/,
      body: {jobReference, status: {state: 'DONE'}},
    },
  ],
};

const common = {
  name: '@google-cloud/bigquery',
  through: ['@google-cloud/common'],
  project: 'found',
  answers,
} satisfies Partial<ClientUnderTest>;

export const BIGQUERY: readonly ClientUnderTest[] = [
  {
    ...common,
    installedAs: 'bigquery-7',
    major: '7',
    googleAuthLibrary: 9,
    written: '{authClient: forGoogleClient(authClient)}',
    connect: async ({authClient}) => {
      const {BigQuery} = await import('bigquery-7');
      return connected(new BigQuery({authClient: forGoogleClient(authClient)}));
    },
  },
  {
    ...common,
    installedAs: 'bigquery-8',
    major: '8',
    googleAuthLibrary: 10,
    written: '{authClient: forGoogleClient(authClient)}',
    connect: async ({authClient}) => {
      const {BigQuery} = await import('bigquery-8');
      return connected(new BigQuery({authClient: forGoogleClient(authClient)}));
    },
  },
  {
    ...common,
    installedAs: '@google-cloud/bigquery',
    major: '9',
    project: 'to be named',
    googleAuthLibrary: 11,
    written: '{authClient, projectId}',
    connect: async ({authClient}) => {
      const {BigQuery} = await import('@google-cloud/bigquery');
      const {operations} = connected(new BigQuery({authClient, projectId: 'my-project'}));
      // Without a project it asks for one named {{projectId}}.
      return {operations};
    },
  },
];
