import {afterEach} from 'mocha';
import {startEmulator, type Emulator, type EmulatorOptions} from '../../../src/emulator/index.js';

/** Gives a suite a way to start emulators that end with each test. */
export function emulators(): (options?: EmulatorOptions) => Promise<Emulator> {
  const running: Emulator[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(emulator => emulator.close()));
  });
  return async options => {
    const emulator = await startEmulator(options);
    running.push(emulator);
    return emulator;
  };
}

/** A clock that tests move. */
export class Clock {
  time: number;
  readonly now = (): number => this.time;

  constructor(time = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.time = time;
  }

  pass(seconds: number): void {
    this.time += seconds * 1000;
  }
}

/**
 * For a process of its own: keeps its coverage out of ours. tsx compiles a file otherwise there, and
 * c8 would lay the one count over the other's text.
 */
export const APART = {NODE_V8_COVERAGE: ''} as const;
