import { Refused } from '../api/errors';
import { Saver } from './saver';

export interface SavedNote {
  id: string;
  version: number;
  body: string;
}

/** What the platform does with notes. A refusal of its rules is a `Refused`; anything else is a fault. */
export interface Notebook {
  create(body: string, key: string): Promise<SavedNote>;
  update(note: { id: string; version: number }, body: string): Promise<SavedNote>;
  read(id: string): Promise<SavedNote | null>;
}

/** Where what isn't saved yet outlives a reload. */
export interface Shelf<Content = Kept> {
  read(): Content | null;
  write(content: Content): void;
  clear(): void;
  /** Whose it was has gone: it takes nothing more, and nothing more is to be sent in their name. */
  closed(): boolean;
}

export interface Kept {
  body: string;
  note: { id: string; version: number } | null;
  /** A creation whose answer didn't come: repeated as it was, it makes no second note. */
  creating: { key: string; body: string } | null;
}

export interface NoteState {
  body: string;
  /** `kept`: it could not be saved, and waits in this browser. `emptied`: notes aren't empty, so the last text stays. */
  phase: 'empty' | 'emptied' | 'saving' | 'saved' | 'kept' | 'refused';
  savedAt: number | null;
  /** Somebody else had written meanwhile: the note now holds both. */
  merged: boolean;
  /** Why the platform doesn't take it. */
  refusal: string | null;
  noteId: string | null;
}

const PAUSE_MS = 800;
export const DIVIDER = '\n\n— written elsewhere meanwhile —\n';

/** A note that is saved as it is typed: made once, then updated under the version that was read. */
export class Autosave {
  #state: NoteState;
  #note: { id: string; version: number } | null;
  #creating: Kept['creating'];
  #saved: string;
  #notebook: Notebook;
  #shelf: Shelf;
  #newKey: () => string;
  #saver = new Saver(() => this.#save());
  #listeners = new Set<() => void>();

  constructor(notebook: Notebook, shelf: Shelf, newKey: () => string, existing: SavedNote | null = null) {
    this.#notebook = notebook;
    this.#shelf = shelf;
    this.#newKey = newKey;
    const kept = shelf.read();
    this.#note = kept?.note ?? existing;
    this.#creating = kept?.creating ?? null;
    this.#saved = existing?.body ?? '';
    const body = kept?.body ?? existing?.body ?? '';
    this.#state = {
      body,
      phase: kept ? 'kept' : existing ? 'saved' : 'empty',
      savedAt: null,
      merged: false,
      refusal: null,
      noteId: this.#note?.id ?? null,
    };
    if (kept) this.#saver.later(0);
  }

  state = (): NoteState => this.#state;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  type(body: string): void {
    this.#keep(body);
    this.#become({ body, refusal: null, phase: this.#state.phase === 'kept' ? 'kept' : 'saving' });
    this.#saver.anew(PAUSE_MS);
  }

  /** Saves what is there now; resolves once it is saved or has failed. */
  async flush(): Promise<void> {
    await this.#saver.stop();
    if (this.#dirty()) await this.#saver.now();
  }

  /** The network came back. */
  wake(): void {
    if (this.#state.phase === 'kept') this.#saver.later(0);
  }

  /** The page goes on without it; what isn't saved stays on the shelf for the next. */
  close(): void {
    void this.#saver.stop();
    this.#listeners.clear();
  }

  #dirty(): boolean {
    const { body, phase } = this.#state;
    return phase !== 'refused' && body !== this.#saved && body.trim() !== '';
  }

  async #save(): Promise<void> {
    while (this.#dirty()) {
      // The next try would be made as whoever signed in since.
      if (this.#shelf.closed()) return;
      const { body } = this.#state;
      if (this.#state.phase !== 'kept') this.#become({ phase: 'saving' });
      try {
        await this.#send(body);
      } catch (error) {
        if (error instanceof Refused && error.code === 'STALE' && (await this.#merge())) continue;
        if (error instanceof Refused && error.code !== 'STALE') {
          this.#become({ phase: 'refused', refusal: error.message });
          return;
        }
        this.#become({ phase: 'kept' });
        throw error;
      }
    }
    this.#shelf.clear();
    const noteId = this.#note?.id ?? null;
    if (noteId === null) this.#become({ phase: 'empty' });
    else if (this.#state.body.trim() === '') this.#become({ phase: 'emptied', noteId });
    else this.#become({ phase: 'saved', savedAt: Date.now(), noteId });
  }

  async #send(body: string): Promise<void> {
    if (this.#note) {
      this.#take(await this.#notebook.update(this.#note, body));
      return;
    }
    // The same body goes with the same key, however often it is tried; what was typed since is an update.
    this.#creating ??= { key: this.#newKey(), body };
    this.#keep(this.#state.body);
    this.#take(await this.#notebook.create(this.#creating.body, this.#creating.key));
    this.#creating = null;
  }

  #take(note: SavedNote): void {
    this.#note = { id: note.id, version: note.version };
    this.#saved = note.body;
    this.#keep(this.#state.body);
  }

  /** Nobody's words are lost: theirs go below ours, and the person tidies up. */
  async #merge(): Promise<boolean> {
    const theirs = this.#note && (await this.#notebook.read(this.#note.id).catch(() => null));
    if (!theirs) return false;
    this.#note = { id: theirs.id, version: theirs.version };
    const mine = this.#state.body;
    const both = mine.includes(theirs.body) ? mine : `${mine}${DIVIDER}${theirs.body}`;
    this.#saved = theirs.body;
    this.#keep(both);
    this.#become({ body: both, merged: both !== mine });
    return true;
  }

  #keep(body: string): void {
    this.#shelf.write({ body, note: this.#note, creating: this.#creating });
  }

  #become(change: Partial<NoteState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
