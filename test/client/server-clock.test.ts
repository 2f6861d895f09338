import assert from 'node:assert/strict';
import {signingClock} from '../../src/client/server-clock.js';
import {ManualClock} from '../support/manual-clock.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

// All that is off here is off by less than four minutes, of which nobody is warned: that is once in a process.
describe('the clock by which requests are signed', () => {
  let local: ManualClock;
  let clock: ReturnType<typeof signingClock>;

  beforeEach(() => {
    local = new ManualClock();
    clock = signingClock(local.read);
  });

  /** What the clock is off by, in ms. */
  const offset = () => clock.now() - local.read();
  /** A server's time in an answer that came at once; `ahead` of the local clock. */
  const hear = (ahead: number) => heard(local.read() + ahead, local.read());
  /** The same of a question that was signed by the clock as it is now. */
  const heard = (time: number | undefined, asked: number) =>
    clock.heard(time, asked, clock.offsetMillis);

  it('is the local one, until a server says otherwise', () => {
    assert.equal(offset(), 0);
    assert.equal(heard(undefined, local.read()), false, 'none said anything');
    assert.equal(offset(), 0);
    local.pass(HOUR);
    assert.equal(offset(), 0);
  });

  for (const way of [1, -1]) {
    it(`follows a server that is ${way === 1 ? 'ahead' : 'behind'} by more than a minute`, () => {
      assert.equal(hear(way * MINUTE), false, 'so much an answer may take');
      assert.equal(offset(), 0);
      assert.equal(hear(way * (MINUTE + 1)), true);
      assert.equal(offset(), way * (MINUTE + 1));
      local.pass(HOUR);
      assert.equal(offset(), way * (MINUTE + 1), 'from then on');
    });

    it(`is not corrected again for what it knows: ${way === 1 ? 'ahead' : 'behind'}`, () => {
      hear(way * 3 * MINUTE);
      for (const difference of [0, MINUTE, -MINUTE]) {
        assert.equal(hear(way * 3 * MINUTE + difference), false, 'nothing speaks for another try');
        assert.equal(offset(), way * 3 * MINUTE);
      }
      assert.equal(hear(way * (3 * MINUTE) - way * (MINUTE + 1)), true, 'but for what is new');
      assert.equal(offset(), way * (2 * MINUTE - 1));
    });

    it(`is the local one again once that is right: ${way === 1 ? 'ahead' : 'behind'}`, () => {
      hear(way * 3 * MINUTE);
      assert.equal(hear(way * 30 * SECOND), true);
      assert.equal(offset(), 0, 'half a minute is the network’s');
    });
  }

  it('takes a time between question and answer for right, however far apart these are', () => {
    const asked = local.read();
    local.pass(5 * HOUR);
    for (const since of [0, SECOND, HOUR, 5 * HOUR]) {
      assert.equal(heard(asked + since, asked), false, `${since / SECOND} s after`);
    }
    assert.equal(offset(), 0, 'the process was suspended');
  });

  it('counts what is off from the question where the server was behind, from the answer where it was ahead', () => {
    const asked = local.read();
    local.pass(10 * SECOND);
    assert.equal(heard(asked - 2 * MINUTE, asked), true);
    assert.equal(offset(), -2 * MINUTE);
    assert.equal(heard(local.read() + 3 * MINUTE, asked), true);
    assert.equal(offset(), 3 * MINUTE);
  });

  it('tells each request that was signed by a wrong time, also after another has told of it', () => {
    const signedWith = clock.offsetMillis;
    assert.equal(hear(3 * MINUTE), true);
    const [server, asked] = [local.read() + 3 * MINUTE, local.read()];
    assert.equal(clock.heard(server, asked, signedWith), true);
    assert.equal(heard(server, asked), false, 'signed since');
    assert.equal(offset(), 3 * MINUTE);
  });
});
