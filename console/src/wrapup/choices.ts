import { explain, Refused } from '../api/errors';
import { Saver } from '../notes/saver';
import type { Draft } from './draft';

interface ChoicesState {
  draft: Draft;
  /** Why the platform does not have it yet; null where it has, or is just being told. */
  trouble: string | null;
}

/** Tells the platform; `done` ends the wrap-up with it. */
type Send = (draft: Draft, done: boolean) => Promise<void>;

/**
 * What is chosen about a call, kept as it is chosen: what stands when the time runs out counts. One is sent after the
 * other, so that none overtakes a later one.
 */
export class Choices {
  #state: ChoicesState;
  #saved: Draft;
  #send: Send;
  #saver = new Saver(() => this.#save());
  #listeners = new Set<() => void>();

  constructor(send: Send, draft: Draft) {
    this.#send = send;
    this.#saved = draft;
    this.#state = { draft, trouble: null };
  }

  state = (): ChoicesState => this.#state;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  choose(part: Partial<Draft>): void {
    this.#become({ draft: { ...this.#state.draft, ...part }, trouble: null });
    this.#saver.anew(0);
  }

  /** Sends what is chosen now; resolves once it is saved or has failed. */
  async flush(): Promise<void> {
    await this.#saver.stop();
    if (this.#dirty()) await this.#saver.now();
  }

  /** Ends the wrap-up with what is chosen; throws what keeps it open. */
  async done(): Promise<void> {
    // What is under way must not arrive after it.
    await this.#saver.stop();
    const { draft } = this.#state;
    try {
      await this.#send(draft, true);
      this.#took(draft);
    } finally {
      if (this.#dirty()) this.#saver.anew(0);
    }
  }

  /** The network came back. */
  wake(): void {
    if (this.#dirty()) this.#saver.anew(0);
  }

  #dirty(): boolean {
    return this.#state.draft !== this.#saved;
  }

  async #save(): Promise<void> {
    while (this.#dirty()) {
      const { draft } = this.#state;
      try {
        await this.#send(draft, false);
      } catch (error) {
        // What was chosen meanwhile may be taken.
        if (draft !== this.#state.draft) continue;
        this.#become({ trouble: explain(error) });
        if (error instanceof Refused) return;
        throw error;
      }
      this.#took(draft);
    }
  }

  #took(draft: Draft): void {
    this.#saved = draft;
    this.#become({ trouble: null });
  }

  #become(change: Partial<ChoicesState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
