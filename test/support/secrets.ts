import assert from 'node:assert/strict';
import {inspect} from 'node:util';

/** Every way in which a value is usually printed. */
export function printed(value: unknown): string {
  const error = value instanceof Error ? `${value.message}\n${value.stack ?? ''}` : '';
  return [
    error,
    String(value),
    inspect(value, {depth: null, showHidden: true}),
    inspect(value, {depth: null, showHidden: true, customInspect: false}),
    JSON.stringify(value),
  ].join('\n');
}

/** Fails when one of the secrets is in the text, also URL-encoded once or twice. */
export function assertHidden(text: string, secrets: Readonly<Record<string, string>>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 8, `${name} is too short to be searched for`);
    const once = encodeURIComponent(secret);
    for (const spelling of [secret, once, encodeURIComponent(once)]) {
      assert.ok(!text.includes(spelling), `${name} shows: …${around(text, spelling)}…`);
    }
  }
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 80), at + 20);
}
