import assert from 'node:assert/strict';
import {
  checkGoogleHost,
  checkImpersonationUrl,
  checkUniverse,
  defaultTokenUrl,
  impersonationTarget,
} from '../../src/config/google-endpoints.js';
import {assertRefused} from '../support/refusal.js';

const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const PATH = `/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`;
const URL_OF_EMAIL = `https://iamcredentials.googleapis.com${PATH}`;

type Service = 'sts' | 'iamcredentials';

function checkHost(url: string, service: Service = 'sts', universeDomain = 'googleapis.com'): void {
  checkGoogleHost(new URL(url), {service, universeDomain, key: 'token_url', option: 'tokenUrl'});
}

describe('Google’s hosts', () => {
  it('are the global, the mutual-TLS and the regional ones of the service', () => {
    for (const service of ['sts', 'iamcredentials'] as const) {
      for (const host of [
        `${service}.googleapis.com`,
        `${service}.googleapis.com:443`,
        `${service.toUpperCase()}.GoogleAPIs.com`,
        `${service}.mtls.googleapis.com`,
        `${service}.us-central1.rep.googleapis.com`,
        // Private Service Connect
        `${service}-myendpoint.p.googleapis.com`,
        `${service}.us-central1.rep.mtls.googleapis.com`,
      ]) {
        checkHost(`https://${host}/v1/token`, service);
      }
    }
    checkHost('https://sts.example.goog/v1/token', 'sts', 'example.goog');
    checkHost('https://sts.us-central1.rep.example.goog/v1/token', 'sts', 'example.goog');
  });

  it('may be replaced by this machine, for an emulator', () => {
    for (const origin of ['http://127.0.0.1:8080', 'http://localhost', 'https://[::1]:1']) {
      checkHost(`${origin}/v1/token`);
    }
  });

  const OTHERS = [
    'https://sts.googleapis.com.evil.com/v1/token',
    'https://evil.com/sts.googleapis.com',
    'https://evil.com/?sts.googleapis.com',
    'https://evil.com#.sts.googleapis.com',
    'https://sts.googleapis.com:8443/v1/token',
    'https://sts.googleapis.com:80/v1/token',
    'https://sts.storage.googleapis.com/v1/token',
    'https://storage.googleapis.com/v1/token',
    'https://iamcredentials.googleapis.com/v1/token',
    'https://xsts.googleapis.com/v1/token',
    'https://sts-evil.googleapis.com/v1/token',
    'https://evil.sts.googleapis.com/v1/token',
    'https://stsXgoogleapis.com/v1/token',
    'https://sts.googleapisXcom/v1/token',
    'https://sts.googleapis.com./v1/token',
    'https://sts.a.b.rep.googleapis.com/v1/token',
    'https://sts.rep.googleapis.com/v1/token',
    'https://sts-a.b.p.googleapis.com/v1/token',
    'https://sts-.p.evil.com/v1/token',
    'https://sts.example.goog/v1/token',
    'https://sts.gооgleapis.com/v1/token',
    'https://sts.googleapis.com%2eevil.com/v1/token',
    'https://169.254.169.254/v1/token',
    'https://0.0.0.0/v1/token',
    'https://localhost.evil.com/v1/token',
    'http://sts.googleapis.com/v1/token',
  ];
  for (const url of OTHERS) {
    it(`are not ${url}`, () => {
      const error = assertRefused(() => checkHost(url), {
        code: 'UNTRUSTED_URL',
        says: [
          '"token_url" leads to',
          JSON.stringify(new URL(url).host),
          "not Google's sts.googleapis.com",
          'the option "tokenUrl"',
        ],
      });
      assert.equal(error.step, 'config');
    });
  }
});

describe('universes', () => {
  it('are known, or named by the caller', () => {
    for (const known of [
      'googleapis.com',
      'example.goog',
      'apis-berlin-build0.goog',
      'apis-s3ns.fr',
    ])
      checkUniverse(known, []);
    checkUniverse('cloud.example.com', ['cloud.example.com']);
  });

  for (const made of [
    'evil.com',
    'googleapis.com.evil.com',
    'evil.googleapis.com',
    'examplegoog',
    'evil-goog.com',
    'apis-s3ns.fr.evil.com',
    'xapis-s3ns.fr',
    'goog',
    // Any customer of Google's gets a name there, for an address of his own.
    'endpoints.my-project.cloud.goog',
  ]) {
    it(`are refused when a file makes up ${made}`, () => {
      assertRefused(() => checkUniverse(made, ['cloud.example.com']), {
        code: 'UNTRUSTED_URL',
        says: [
          `"universe_domain" is "${made}"`,
          '"universeDomain"',
          'GOOGLE_CLOUD_UNIVERSE_DOMAIN',
        ],
      });
    });
  }

  it('have their own Google STS', () => {
    assert.equal(defaultTokenUrl('example.goog'), 'https://sts.example.goog/v1/token');
  });
});

describe('an impersonation URL', () => {
  it('tells its service account, however it is encoded', () => {
    for (const url of [
      URL_OF_EMAIL,
      URL_OF_EMAIL.replace('@', '%40'),
      URL_OF_EMAIL.replace('/-/', '/my-project/'),
      `http://127.0.0.1:8080${PATH}`,
    ]) {
      const target = checkImpersonationUrl(url, 'anOption');
      assert.equal(target.email, EMAIL);
      assert.equal(target.url.href, url);
    }
  });

  it('is refused without a service account or a method that makes tokens', () => {
    for (const url of [
      'https://iamcredentials.googleapis.com/',
      URL_OF_EMAIL.replace('generateAccessToken', 'generateIdToken'),
      URL_OF_EMAIL.replace('generateAccessToken', 'signBlob'),
      `${URL_OF_EMAIL}/`,
      URL_OF_EMAIL.replace(EMAIL, ''),
      URL_OF_EMAIL.replace('v1', 'v2'),
    ]) {
      assertRefused(() => checkImpersonationUrl(url, 'anOption'), {
        code: 'INVALID_OPTION',
        says: ['"anOption"', 'not a generateAccessToken URL', 'serviceAccounts/EMAIL:generate'],
      });
    }
    for (const name of ['nobody', '-', 'demo%ZZ@x.iam.gserviceaccount.com', 'a%2Fb@x.com']) {
      assertRefused(() => checkImpersonationUrl(URL_OF_EMAIL.replace(EMAIL, name), 'anOption'), {
        code: 'INVALID_OPTION',
        says: ['"anOption"', "not a service account's e-mail"],
      });
    }
  });

  it('is made of an e-mail, or stands beside the same one', () => {
    const target = (options: Parameters<typeof impersonationTarget>[0]) =>
      impersonationTarget(options, 'example.goog');
    assert.equal(target({}), undefined);
    assert.equal(
      target({serviceAccountEmail: EMAIL})?.url.href,
      `https://iamcredentials.example.goog${PATH}`,
    );
    const both = target({serviceAccountEmail: EMAIL, serviceAccountImpersonationUrl: URL_OF_EMAIL});
    assert.deepEqual([both?.email, both?.url.href], [EMAIL, URL_OF_EMAIL]);
    assertRefused(
      () =>
        target({
          serviceAccountEmail: 'other@my-project.iam.gserviceaccount.com',
          serviceAccountImpersonationUrl: URL_OF_EMAIL,
        }),
      {
        code: 'INVALID_OPTION',
        says: [`is for "${EMAIL}"`, '"other@', 'Leave one of the two out'],
      },
    );
  });
});
