import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {apiClientHeader, PACKAGE_VERSION, USER_AGENT} from '../../src/client/package-version.js';

const {version} = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {readonly version: string};

describe('the version of this package', () => {
  it('is the one in package.json', () => {
    assert.equal(PACKAGE_VERSION, version);
    assert.equal(USER_AGENT, `google-auth-aws/${version}`);
  });

  it('is told to Google’s token endpoints in the words of its own libraries', () => {
    const runtime = `gl-node/${process.versions.node}`;
    const account = {
      email: 'demo@my-project.iam.gserviceaccount.com',
      url: 'https://iamcredentials.googleapis.com/',
      delegates: [],
      lifetimeSeconds: 3600,
    };
    const sdk = `${runtime} auth/${version} google-byoid-sdk source/programmatic`;
    assert.equal(apiClientHeader(), runtime);
    assert.equal(
      apiClientHeader({serviceAccount: undefined}),
      `${sdk} sa-impersonation/false config-lifetime/false`,
    );
    assert.equal(
      apiClientHeader({serviceAccount: {...account, lifetimeGiven: false}}),
      `${sdk} sa-impersonation/true config-lifetime/false`,
    );
    assert.equal(
      apiClientHeader({serviceAccount: {...account, lifetimeGiven: true}}),
      `${sdk} sa-impersonation/true config-lifetime/true`,
    );
  });
});
