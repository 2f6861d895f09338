/** A clock that stands still until a test moves it. In ms. */
export class ManualClock {
  #now = 1_800_000_000_000;

  readonly read = (): number => this.#now;

  pass(millis: number): void {
    this.#now += millis;
  }
}
