// A thumb taps twice when the phone is slow. What it taps for happens once.

/** Call while a component is made. Buttons are disabled while `isBusy`. */
export class Once {
  isBusy = $state(false);

  /** Does nothing while the one before is still being done. */
  async run(task: () => Promise<unknown>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await task();
    } finally {
      this.isBusy = false;
    }
  }
}
