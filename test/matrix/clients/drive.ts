import type {drive_v3 as Drive12} from 'drive-12';
import type {drive_v3 as Drive22} from 'drive-22';
import {forGoogleClient} from 'google-auth-aws';
import type {Answers} from '../clouds/recorded-clouds.js';
import type {ClientUnderTest, ConnectedClient} from '../client-under-test.js';

/** What the majors of `drive_v3.Drive` have in common. */
interface AnyDrive {
  readonly files: {
    list(): Promise<unknown>;
    create(request: {
      requestBody: {name: string};
      media: {mimeType: string; body: string};
    }): Promise<unknown>;
  };
}

const connected = (drive: AnyDrive): ConnectedClient => ({
  operations: {
    list: () => drive.files.list(),
    upload: () =>
      drive.files.create({
        requestBody: {name: 'a-file'},
        media: {mimeType: 'text/plain', body: 'hello'},
      }),
  },
});

const answers: Answers = {
  rest: [
    {to: /^GET www\.googleapis\.com\/drive\/v3\/files/, body: {files: []}},
    {to: /^POST www\.googleapis\.com\/upload\/drive\/v3\/files/, body: {id: 'a-file'}},
  ],
};

const common = {
  // And every package of googleapis: they share googleapis-common.
  name: '@googleapis/drive',
  through: ['googleapis-common'],
  project: 'not needed',
  answers,
} satisfies Partial<ClientUnderTest>;

export const DRIVE: readonly ClientUnderTest[] = [
  {
    ...common,
    installedAs: 'drive-12',
    major: '12',
    googleAuthLibrary: 9,
    written: "{version: 'v3', auth: forGoogleClient(authClient)}",
    connect: async ({authClient}) => {
      const {drive} = await import('drive-12');
      return connected(
        drive({
          version: 'v3',
          auth: forGoogleClient<NonNullable<Drive12.Options['auth']>>(authClient),
        }),
      );
    },
  },
  {
    ...common,
    installedAs: 'drive-22',
    major: '22',
    googleAuthLibrary: 10,
    written: "{version: 'v3', auth: forGoogleClient(authClient)}",
    connect: async ({authClient}) => {
      const {drive} = await import('drive-22');
      return connected(
        drive({
          version: 'v3',
          auth: forGoogleClient<NonNullable<Drive22.Options['auth']>>(authClient),
        }),
      );
    },
  },
  {
    ...common,
    installedAs: '@googleapis/drive',
    major: '26',
    googleAuthLibrary: 11,
    written: "{version: 'v3', auth: authClient}",
    connect: async ({authClient}) => {
      const {drive} = await import('@googleapis/drive');
      return connected(drive({version: 'v3', auth: authClient}));
    },
  },
];
