import assert from 'node:assert/strict';
import {AsyncLocalStorage} from 'node:async_hooks';
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {startEmulator} from '../../src/emulator/index.js';
import {assertHidden, printed} from '../support/secrets.js';
import {emulatedClient} from './emulated-client.js';

const STEPS = ['aws-credentials', 'aws-region', 'sign', 'token-exchange', 'impersonation'];
const SERVICE_ACCOUNT_STEPS = ['id-token', 'sign-jwt', 'jwt-bearer'];
const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

describe('the diagnostics channels', () => {
  const messages: {name: string; message: Record<string, unknown>}[] = [];
  // Not those of another test, whose refresh may still be under way.
  const own = new AsyncLocalStorage<true>();
  const listener = (message: unknown, name: string | symbol) => {
    if (!own.getStore()) return;
    messages.push({name: String(name), message: withoutError(message)});
  };
  const channels = [...STEPS, ...SERVICE_ACCOUNT_STEPS].flatMap(step =>
    EVENTS.map(event => `tracing:google-auth-aws:${step}:${event}`),
  );

  beforeEach(() => {
    messages.length = 0;
    for (const name of channels) subscribe(name, listener);
  });

  afterEach(() => {
    for (const name of channels) unsubscribe(name, listener);
  });

  const ended = (): string[] =>
    messages
      .filter(({name}) => name.endsWith(':asyncEnd'))
      .map(
        ({message: {step, attempt, outcome}}) =>
          `${String(step)} ${String(attempt)} ${String(outcome)}`,
      );

  it('tell each step, with its outcome, and no secret', async () => {
    await using emulator = await startEmulator();
    const keys = emulator.issueAwsCredentials();
    const client = emulatedClient(emulator, {awsCredentials: keys});
    const {token} = await own.run(true, () => client.getAccessToken());
    assert.deepEqual(
      ended(),
      STEPS.map(step => `${step} 1 ok`),
    );
    for (const {name, message} of messages.filter(each => each.name.endsWith(':asyncEnd'))) {
      assert.ok(Number(message['durationMillis']) > 0, name);
    }
    const {secretAccessKey, sessionToken} = keys;
    const google = new URL(emulator.url).host;
    assert.deepEqual(
      messages.filter(({name}) => name.endsWith(':asyncEnd')).map(({message: {target}}) => target),
      ['AWS credentials', 'AWS region', 'sts.us-east-1.amazonaws.com', google, google],
    );
    assertHidden(printed(messages), {token, secretAccessKey, sessionToken});
    assert.ok(!printed(messages).includes('Signature='));
  });

  it('tell what else is had of a service account, and no secret', async () => {
    await using emulator = await startEmulator();
    const client = emulatedClient(emulator, {oauthTokenUrl: emulator.oauthTokenUrl});
    await client.getAccessToken();
    emulator.failNext({service: 'google-oauth2', status: 503});
    const calendar = 'https://www.googleapis.com/auth/calendar.readonly';
    const user = client.withSubject('alice@example.com', {scopes: calendar});
    const [idToken, token] = await own.run(true, async () => [
      await client.fetchIdToken('https://hello-abc-uc.a.run.app'),
      (await user.getAccessToken()).token,
    ]);
    assert.deepEqual(ended(), [
      'id-token 1 ok',
      'sign-jwt 1 ok',
      'jwt-bearer 1 SERVER_ERROR',
      'jwt-bearer 2 ok',
    ]);
    const host = new URL(emulator.url).host;
    assert.ok(messages.every(({message}) => message['target'] === host));
    assertHidden(printed(messages), {idToken, token});
    assert.ok(!printed(messages).includes('eyJ'), 'nor is there an assertion');
  });

  it('tell each attempt, and the code of what went wrong', async () => {
    await using emulator = await startEmulator();
    emulator.failNext({service: 'google-sts', status: 503});
    emulator.failNext({service: 'iam-credentials', status: 503});
    await own.run(true, () => emulatedClient(emulator).getAccessToken());
    assert.deepEqual(
      ended().filter(line => /^(?:token-exchange|impersonation) /.test(line)),
      [
        'token-exchange 1 SERVER_ERROR',
        'token-exchange 2 ok',
        'impersonation 1 SERVER_ERROR',
        'impersonation 2 ok',
      ],
    );
    assert.ok(messages.some(({name}) => name.endsWith('token-exchange:error')));
  });
});

/** A copy, since the message is filled in later, without the error itself. */
function withoutError(message: unknown): Record<string, unknown> {
  return typeof message === 'object' && message !== null
    ? Object.fromEntries(Object.entries(message).filter(([key]) => key !== 'error'))
    : {};
}
