import type { MessageFieldsFragment } from '../gql/graphql';

export type Message = MessageFieldsFragment;

/** Written here, and not yet known to be with the others. */
export interface Pending {
  /** Under which a repeat is the same message. */
  key: string;
  body: string;
  file: File | null;
  state: 'sending' | 'failed';
  /** Of the file, 0 to 1. */
  progress: number;
  /** Why it was not sent. */
  fault: string | null;
}

export interface ChatState {
  phase: 'loading' | 'ready' | 'failed';
  messages: readonly Message[];
  pending: readonly Pending[];
  /** There are older ones that were not read yet. */
  hasEarlier: boolean;
  /** Messages of others that nobody has looked at here. */
  unread: number;
}

export interface History {
  messages: readonly Message[];
  /** Where the page before them ends; null where there is none. */
  before: string | null;
}

/** What a chat needs of the world. Tests stand in its place. */
export interface World {
  /** The last messages, or a page before. */
  read(before: string | null): Promise<History>;
  /** Resolves once it is uploaded. */
  upload(file: File, onProgress: (share: number) => void): Promise<string>;
  send(body: string, fileId: string | null, key: string): Promise<Message>;
  /** Messages as they come from now on; `onGap` when some were missed. */
  listen(onMessage: (message: Message) => void, onGap: () => void): () => void;
  isMine(message: Message): boolean;
  key(): string;
  /** The last message that was looked at here, also before a reload. */
  seen: { read(): string | null; write(id: string): void };
  explain(error: unknown): string;
}

const AGAIN_MS = 3_000;

/** The chat beside one call. Ids grow with time, so their order is that of the messages, however they come. */
export class Chat {
  #state: ChatState = { phase: 'loading', messages: [], pending: [], hasEarlier: false, unread: 0 };
  #world: World;
  #listeners = new Set<() => void>();
  #stop: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seen: string | null;
  #looking = false;
  #before: string | null = null;
  /** Uploads that are done, so that a repeat of the sending needs no other. */
  #files = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
    this.#seen = world.seen.read();
  }

  state = (): ChatState => this.#state;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  open(): void {
    this.#stop ??= this.#world.listen(
      (message) => this.#take([message]),
      () => void this.#load(),
    );
    void this.#load();
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  /** The connection is back: what failed for want of it is sent, what was missed is read. */
  wake(): void {
    if (!this.#stop) return;
    void this.#load();
    for (const { key, state } of this.#state.pending) if (state === 'failed') this.retry(key);
  }

  async earlier(): Promise<void> {
    if (this.#before === null) return;
    const { messages, before } = await this.#world.read(this.#before);
    this.#reaches(before);
    this.#take(messages);
  }

  send(body: string, file: File | null = null): void {
    const text = body.trim();
    if (text === '' && !file) return;
    const pending: Pending = { key: this.#world.key(), body: text, file, state: 'sending', progress: 0, fault: null };
    this.#become({ pending: [...this.#state.pending, pending] });
    void this.#deliver(pending);
  }

  retry(key: string): void {
    const pending = this.#state.pending.find((one) => one.key === key && one.state === 'failed');
    if (!pending) return;
    this.#change(key, { state: 'sending', fault: null });
    void this.#deliver(pending);
  }

  discard(key: string): void {
    this.#files.delete(key);
    this.#become({ pending: this.#state.pending.filter((one) => one.key !== key) });
  }

  /** Somebody looks at it, or no longer. */
  look(looking: boolean): void {
    this.#looking = looking;
    this.#count();
  }

  async #load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const { messages, before } = await this.#world.read(null);
      // After a gap one may have paged back further already.
      if (this.#state.phase !== 'ready') this.#reaches(before);
      this.#become({ phase: 'ready' });
      this.#take(messages);
    } catch {
      if (this.#state.phase !== 'ready') this.#become({ phase: 'failed' });
      this.#timer = setTimeout(() => void this.#load(), AGAIN_MS);
    }
  }

  #reaches(before: string | null): void {
    this.#before = before;
    this.#become({ hasEarlier: before !== null });
  }

  async #deliver({ key, body, file }: Pending): Promise<void> {
    try {
      let fileId = this.#files.get(key) ?? null;
      if (file && fileId === null) {
        fileId = await this.#world.upload(file, (progress) => this.#change(key, { progress }));
        this.#files.set(key, fileId);
      }
      const message = await this.#world.send(body, fileId, key);
      this.discard(key);
      this.#take([message]);
    } catch (error) {
      this.#change(key, { state: 'failed', fault: this.#world.explain(error) });
    }
  }

  #take(more: readonly Message[]): void {
    const all = new Map([...this.#state.messages, ...more].map((message) => [message.id, message]));
    this.#become({ messages: [...all.values()].sort((one, other) => (one.id < other.id ? -1 : 1)) });
    this.#count();
  }

  #count(): void {
    const last = this.#state.messages.at(-1)?.id;
    if (this.#looking && last !== undefined && (this.#seen === null || last > this.#seen)) {
      this.#seen = last;
      this.#world.seen.write(last);
    }
    const seen = this.#seen;
    const unread = this.#state.messages.filter((message) => (seen === null || message.id > seen) && !this.#world.isMine(message)).length;
    if (unread !== this.#state.unread) this.#become({ unread });
  }

  #change(key: string, change: Partial<Pending>): void {
    this.#become({ pending: this.#state.pending.map((one) => (one.key === key ? { ...one, ...change } : one)) });
  }

  #become(change: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
