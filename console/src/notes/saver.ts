const RETRY_MS = 2_000;
const RETRY_LIMIT_MS = 30_000;

/** Saves one thing at a time, and tries again by itself where that failed, after ever longer pauses. */
export class Saver {
  #save: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  #failures = 0;

  /** `save` throws where another try may mend it. */
  constructor(save: () => Promise<void>) {
    this.#save = save;
  }

  /** There is something new: how often the old one failed says nothing about it. */
  anew(delay: number): void {
    this.#failures = 0;
    this.later(delay);
  }

  later(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(), delay);
  }

  /** Resolves once it is saved or has failed. */
  now(): Promise<void> {
    clearTimeout(this.#timer);
    this.#running ??= this.#try().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    clearTimeout(this.#timer);
  }

  async #try(): Promise<void> {
    try {
      await this.#save();
      this.#failures = 0;
    } catch {
      this.later(Math.min(RETRY_LIMIT_MS, RETRY_MS * 2 ** this.#failures));
      this.#failures += 1;
    }
  }
}
