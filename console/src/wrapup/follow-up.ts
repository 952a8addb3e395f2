import type { TaskCreateInput } from '../gql/graphql';
import type { Shelf } from '../notes/autosave';

export interface Written {
  title: string;
  /** As a `datetime-local` field has it: local time without a zone, or empty. */
  due: string;
  /** Stands for what is written as long as that stays: however often it is sent, one task is made of it. */
  key: string;
}

/** Has the task made; the platform knows the call and its contact. */
type Make = (task: TaskCreateInput, key: string) => Promise<void>;

/**
 * The follow-up task of a wrap-up, as it is typed; until it is made it outlives a reload. It is sent by
 * itself: a key stands for one input as a whole, and another outcome must not make another task.
 */
export class FollowUp {
  #written: Written;
  #make: Make;
  #shelf: Shelf<Written>;
  #newKey: () => string;
  #running: Promise<void> | null = null;
  #listeners = new Set<() => void>();

  constructor(make: Make, shelf: Shelf<Written>, newKey: () => string) {
    this.#make = make;
    this.#shelf = shelf;
    this.#newKey = newKey;
    this.#written = shelf.read() ?? this.#nothing();
  }

  state = (): Written => this.#written;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  type(part: Partial<Pick<Written, 'title' | 'due'>>): void {
    this.#become({ ...this.#written, ...part, key: this.#newKey() });
  }

  /** Makes the task, where one is written; throws what the platform says against it. */
  send(): Promise<void> {
    this.#running ??= this.#send().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #send(): Promise<void> {
    const sent = this.#written;
    const task = taskOf(sent);
    if (task === null) return;
    await this.#make(task, sent.key);
    // What was typed meanwhile is another one.
    if (this.#written === sent) this.#become(this.#nothing());
  }

  #nothing(): Written {
    return { title: '', due: '', key: this.#newKey() };
  }

  #become(written: Written): void {
    this.#written = written;
    if (written.title === '') this.#shelf.clear();
    else this.#shelf.write(written);
    for (const listener of this.#listeners) listener();
  }
}

/** Null where there is nothing to be done. */
function taskOf(written: Written): TaskCreateInput | null {
  const title = written.title.trim();
  if (title === '') return null;
  const due = new Date(written.due);
  return { title, ...(Number.isNaN(due.getTime()) ? {} : { dueAt: due.toISOString() }) };
}
