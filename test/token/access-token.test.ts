import assert from 'node:assert/strict';
import {format, inspect} from 'node:util';
import {AccessToken} from '../../src/token/access-token.js';
import {assertHidden, printed} from '../support/secrets.js';

const VALUE = 'ya29.d.a-very-secret-value';
const ISSUED = Date.UTC(2027, 0, 15, 8);
const ENDS = Date.UTC(2027, 0, 15, 9);

describe('AccessToken', () => {
  const token = new AccessToken(VALUE, ISSUED, ENDS);

  it('gives its value and its times to who asks for them', () => {
    assert.equal(token.value, VALUE);
    assert.equal(token.issuedAt, ISSUED);
    assert.equal(token.expiresAt, ENDS);
  });

  it('shows its value in no log', () => {
    for (const shown of [token, {token}, [token], new Map([['token', token]])]) {
      assertHidden(printed(shown), {VALUE});
      assertHidden(format('%s %o %O %j', shown, shown, shown, shown), {VALUE});
    }
    assertHidden(`${Object.values(token).join()}${JSON.stringify(Object.assign({}, token))}`, {
      VALUE,
    });
    assertHidden(`${token.toString()} ${inspect(token, {getters: true})}`, {VALUE});
  });

  it('shows when it ends', () => {
    assert.equal(inspect(token), 'AccessToken { expiresAt: 2027-01-15T09:00:00.000Z }');
    assert.equal(JSON.stringify(token), '{"expiresAt":"2027-01-15T09:00:00.000Z"}');
    assert.equal(String(token), '[access token]');
  });

  it('can be shown though its end is no time that a calendar has', () => {
    for (const ends of [Infinity, NaN, 1e300]) {
      assert.match(inspect(new AccessToken(VALUE, ISSUED, ends)), /Infinity|NaN|1e\+300/);
    }
  });
});
