import {join} from 'node:path';
import type {Emulator, Fault} from '../../src/emulator/index.js';
import {describeFailing, type FailingSource} from './failing-sources.js';

const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const HTML = '<!DOCTYPE html><html><body>Please log in to the network</body></html>';

function webIdentity(emulator: Emulator, folder: string, token?: string) {
  const {env, files} = emulator.awsSetup('web-identity', {folder, role: 'web-role'});
  return token === undefined
    ? {env, files}
    : {env, files: files.map(file => ({...file, content: token}))};
}

const WEB_IDENTITY = [/the web identity in ".*" \(AWS_WEB_IDENTITY_TOKEN_FILE\)/, 'annotation'];
const CONTAINER = [
  "the container's credential endpoint (AWS_CONTAINER_CREDENTIALS_FULL_URI)",
  'Check that the task has a task role',
];

function refusingSts(fault: Omit<Fault, 'service'>): FailingSource['setUp'] {
  return (emulator, folder) => {
    emulator.failNext({...fault, service: 'aws-sts', times: 9} as Fault);
    return webIdentity(emulator, folder);
  };
}

describeFailing('a web identity that fails is the only one that is asked, where', [
  {
    title: 'its token file is missing',
    setUp: (emulator, folder) => ({env: webIdentity(emulator, folder).env}),
    says: [...WEB_IDENTITY, 'ENOENT'],
  },
  {
    title: 'its token file is empty',
    setUp: (emulator, folder) => webIdentity(emulator, folder, ''),
    says: WEB_IDENTITY,
  },
  {
    title: 'its token file is a folder',
    setUp: (emulator, folder) => {
      const {env} = webIdentity(emulator, folder);
      const path = env['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '';
      return {env, files: [{path: join(path, 'inside'), content: ''}]};
    },
    says: [...WEB_IDENTITY, 'EISDIR'],
  },
  {
    title: 'its token file holds something else',
    setUp: (emulator, folder) => webIdentity(emulator, folder, SECRET_KEY),
    says: WEB_IDENTITY,
    hidden: {token: SECRET_KEY},
  },
  {
    title: 'AWS_ROLE_ARN is not set',
    setUp: (emulator, folder) => {
      const {env, files} = webIdentity(emulator, folder);
      return {env: {...env, AWS_ROLE_ARN: ''}, files};
    },
    says: [...WEB_IDENTITY, 'AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not'],
  },
  {
    title: 'its token has expired',
    setUp: (emulator, folder) =>
      webIdentity(emulator, folder, emulator.issueWebIdentityToken({lifetimeSeconds: -60})),
    says: [...WEB_IDENTITY, /expired/i],
  },
  {
    title: 'its role does not trust it',
    setUp: (emulator, folder) =>
      webIdentity(emulator, folder, emulator.issueWebIdentityToken({subject: 'somebody:else'})),
    says: [...WEB_IDENTITY, /not authorized/i],
  },
  {
    title: 'STS answers HTML',
    setUp: refusingSts({status: 403, headers: {'content-type': 'text/html'}, body: HTML}),
    says: [...WEB_IDENTITY, 'HTTP 403'],
  },
  {
    title: 'STS says that all is well and nothing else',
    setUp: refusingSts({status: 200, body: '<AssumeRoleWithWebIdentityResponse/>'}),
    says: WEB_IDENTITY,
  },
  {
    title: 'STS fails for good',
    setUp: refusingSts({status: 503, body: ''}),
    slow: true,
    says: [...WEB_IDENTITY, 'HTTP 503'],
  },
]);

function failingContainer(fault: Omit<Fault, 'service'>): FailingSource['setUp'] {
  return emulator => {
    emulator.failNext({...fault, service: 'aws-container-credentials', times: 9} as Fault);
    return emulator.awsSetup('container');
  };
}

describeFailing('a container that fails is the only source that is asked, where its endpoint', [
  {
    title: 'refuses the token',
    setUp: emulator => {
      const {env} = emulator.awsSetup('container');
      return {env: {...env, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the-token-of-another-task'}};
    },
    slow: true,
    says: [...CONTAINER, '403'],
    hidden: {token: 'the-token-of-another-task'},
  },
  {
    title: 'knows no such task',
    setUp: emulator => {
      const {env} = emulator.awsSetup('container');
      const url = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
      return {env: {...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}0`}};
    },
    slow: true,
    says: [...CONTAINER, '404'],
  },
  {
    title: 'answers HTML',
    setUp: failingContainer({status: 200, body: HTML}),
    slow: true,
    says: [...CONTAINER, 'is not valid JSON'],
  },
  {
    title: 'answers half a JSON',
    setUp: failingContainer({status: 200, body: `{"SecretAccessKey": "${SECRET_KEY}`}),
    slow: true,
    says: [...CONTAINER, 'JSON'],
    hidden: {key: SECRET_KEY, start: SECRET_KEY.slice(0, 10)},
  },
  {
    title: 'answers a key without quotes around it',
    setUp: failingContainer({status: 200, body: `{"SecretAccessKey": ${SECRET_KEY}}`}),
    slow: true,
    says: [...CONTAINER, 'is not valid JSON'],
    hidden: {key: SECRET_KEY, start: SECRET_KEY.slice(0, 10)},
  },
  {
    title: 'answers a JSON of something else',
    setUp: failingContainer({status: 200, body: {SecretAccessKey: SECRET_KEY}}),
    slow: true,
    says: [...CONTAINER, 'not of the required format'],
    hidden: {key: SECRET_KEY},
  },
  {
    title: 'fails for good',
    setUp: failingContainer({status: 500, body: {code: 'InternalServerError'}}),
    slow: true,
    says: [...CONTAINER, '500'],
  },
  {
    title: 'breaks the connection',
    setUp: failingContainer({reset: 'before'}),
    slow: true,
    says: CONTAINER,
  },
  {
    title: 'is not there',
    setUp: emulator => {
      const {env} = emulator.awsSetup('container');
      return {env: {...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/task'}};
    },
    slow: true,
    says: [...CONTAINER, 'ECONNREFUSED'],
  },
  {
    title: 'is a host that AWS does not allow',
    setUp: emulator => {
      const {env} = emulator.awsSetup('container');
      return {env: {...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/task'}};
    },
    says: [...CONTAINER, 'URL not accepted'],
  },
  {
    title: 'is no URL',
    setUp: emulator => {
      const {env} = emulator.awsSetup('container');
      return {env: {...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'not a url'}};
    },
    says: [...CONTAINER, 'Invalid URL'],
  },
  {
    title: 'wants a token whose file is missing',
    setUp: (emulator, folder) => ({env: emulator.awsSetup('pod-identity', {folder}).env}),
    slow: true,
    says: [...CONTAINER, 'ENOENT', 'EKS Pod Identity association'],
  },
  {
    title: 'refuses the pod’s token',
    setUp: (emulator, folder) => {
      const setup = emulator.awsSetup('pod-identity', {folder});
      emulator.rotateContainerToken();
      return setup;
    },
    slow: true,
    says: [...CONTAINER, '400'],
  },
  {
    title: 'wants a token whose file has a line end, which no header takes',
    setUp: (emulator, folder) => {
      const {env, files} = emulator.awsSetup('pod-identity', {folder});
      return {env, files: files.map(file => ({...file, content: 'the-pods-own-token\n'}))};
    },
    slow: true,
    says: [...CONTAINER, 'Authorization'],
    hidden: {token: 'the-pods-own-token'},
  },
]);
