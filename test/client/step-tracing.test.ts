import assert from 'node:assert/strict';
import {AsyncLocalStorage} from 'node:async_hooks';
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {startEmulator} from '../../src/emulator/index.js';
import {assertHidden, printed} from '../support/secrets.js';
import {emulatedClient} from './emulated-client.js';

const STEPS = ['aws-credentials', 'aws-region', 'sign', 'token-exchange', 'impersonation'];
const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

describe('the diagnostics channels', () => {
  const messages: {name: string; message: Record<string, unknown>}[] = [];
  // Not those of another test, whose refresh may still be under way.
  const own = new AsyncLocalStorage<true>();
  const listener = (message: unknown, name: string | symbol) => {
    if (!own.getStore()) return;
    messages.push({name: String(name), message: withoutError(message)});
  };
  const channels = STEPS.flatMap(step =>
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
    const {secretAccessKey, sessionToken} = keys;
    assertHidden(printed(messages), {token, secretAccessKey, sessionToken});
    assert.ok(!printed(messages).includes('Signature='));
  });

  it('tell each attempt, and the code of what went wrong', async () => {
    await using emulator = await startEmulator();
    emulator.failNext({service: 'google-sts', status: 503});
    await own.run(true, () => emulatedClient(emulator).getAccessToken());
    assert.deepEqual(
      ended().filter(line => line.startsWith('token-exchange')),
      ['token-exchange 1 SERVER_ERROR', 'token-exchange 2 ok'],
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
