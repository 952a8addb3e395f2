import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused } from '../api/errors';
import { Autosave, DIVIDER, type Kept, type Notebook, type SavedNote, type Shelf } from './autosave';

/** A platform that can be away, and that keeps what it took under its key. */
class FakeNotebook implements Notebook {
  notes = new Map<string, SavedNote>();
  keys = new Map<string, string>();
  away = false;
  /** Does the work and loses the answer. */
  deaf = false;
  log: string[] = [];

  async create(body: string, key: string): Promise<SavedNote> {
    this.#reach();
    const known = this.keys.get(key);
    const note = (known && this.notes.get(known)) || { id: `note_${this.notes.size + 1}`, version: 1, body };
    if (!known) this.log.push(`create ${body}`);
    this.keys.set(key, note.id);
    this.notes.set(note.id, note);
    return this.#answer(note);
  }

  async update({ id, version }: { id: string; version: number }, body: string): Promise<SavedNote> {
    this.#reach();
    const note = this.notes.get(id);
    if (!note || note.version !== version) throw new Refused({ code: 'STALE', message: 'It moved on.' });
    this.log.push(`update ${body}`);
    const next = { id, version: version + 1, body };
    this.notes.set(id, next);
    return this.#answer(next);
  }

  async read(id: string): Promise<SavedNote | null> {
    this.#reach();
    return this.notes.get(id) ?? null;
  }

  #reach(): void {
    if (this.away) throw new Error('no network');
  }

  #answer(note: SavedNote): SavedNote {
    if (this.deaf) throw new Error('no answer');
    return note;
  }
}

function memory(): Shelf & { kept: Kept | null } {
  return {
    kept: null,
    read() {
      return this.kept;
    },
    write(kept) {
      this.kept = kept;
    },
    clear() {
      this.kept = null;
    },
    closed: () => false,
  };
}

const keys = () => {
  let count = 0;
  return () => `key-${(count += 1)}`;
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a note that is saved as typed', () => {
  it('is made once and then updated', async () => {
    const notebook = new FakeNotebook();
    const note = new Autosave(notebook, memory(), keys());
    note.type('He');
    note.type('Hello');
    await vi.advanceTimersByTimeAsync(1_000);
    note.type('Hello Ada');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(notebook.log).toEqual(['create Hello', 'update Hello Ada']);
    expect(note.state()).toMatchObject({ phase: 'saved', body: 'Hello Ada', noteId: 'note_1' });
  });

  it('is not made of nothing', async () => {
    const notebook = new FakeNotebook();
    const note = new Autosave(notebook, memory(), keys());
    note.type('   ');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(notebook.log).toEqual([]);
    expect(note.state().phase).toBe('empty');
  });

  it('keeps its last text when it is emptied, and goes on from there', async () => {
    const notebook = new FakeNotebook();
    const shelf = memory();
    const note = new Autosave(notebook, shelf, keys());
    note.type('Hello');
    await vi.advanceTimersByTimeAsync(1_000);
    note.type('');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(note.state()).toMatchObject({ phase: 'emptied', refusal: null });
    expect(shelf.kept).toBeNull();
    note.type('Hello again');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(notebook.log).toEqual(['create Hello', 'update Hello again']);
    expect(note.state().phase).toBe('saved');
  });

  it('is kept here while the platform is away, and saved when it is back', async () => {
    const notebook = new FakeNotebook();
    const shelf = memory();
    const note = new Autosave(notebook, shelf, keys());
    notebook.away = true;
    note.type('Important');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(note.state().phase).toBe('kept');
    expect(shelf.kept?.body).toBe('Important');
    notebook.away = false;
    note.wake();
    await vi.advanceTimersByTimeAsync(10);
    expect(note.state().phase).toBe('saved');
    expect(shelf.kept).toBeNull();
  });

  it('outlives a reload', async () => {
    const notebook = new FakeNotebook();
    const shelf = memory();
    notebook.away = true;
    const before = new Autosave(notebook, shelf, keys());
    before.type('Half a thou');
    before.close();
    notebook.away = false;
    const after = new Autosave(notebook, shelf, keys());
    expect(after.state().body).toBe('Half a thou');
    await vi.advanceTimersByTimeAsync(10);
    expect(notebook.log).toEqual(['create Half a thou']);
  });

  it('is one note although the first answer was lost and more was typed', async () => {
    const notebook = new FakeNotebook();
    const note = new Autosave(notebook, memory(), keys());
    notebook.deaf = true;
    note.type('One');
    await vi.advanceTimersByTimeAsync(1_000);
    note.type('One and two');
    notebook.deaf = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(notebook.log).toEqual(['create One', 'update One and two']);
    expect(notebook.notes.size).toBe(1);
  });

  it('shows both when somebody else wrote meanwhile', async () => {
    const notebook = new FakeNotebook();
    const note = new Autosave(notebook, memory(), keys());
    note.type('Mine');
    await vi.advanceTimersByTimeAsync(1_000);
    await notebook.update({ id: 'note_1', version: 1 }, 'Theirs');
    note.type('Mine too');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(note.state()).toMatchObject({ phase: 'saved', merged: true, body: `Mine too${DIVIDER}Theirs` });
    expect(notebook.notes.get('note_1')?.body).toBe(`Mine too${DIVIDER}Theirs`);
  });

  it('says why the platform does not take it, and tries again only when it is changed', async () => {
    const notebook = new FakeNotebook();
    const create = vi.spyOn(notebook, 'create').mockRejectedValue(new Refused({ code: 'INVALID', message: 'Too long.' }));
    const note = new Autosave(notebook, memory(), keys());
    note.type('x'.repeat(99));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(note.state()).toMatchObject({ phase: 'refused', refusal: 'Too long.' });
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('is saved at once when asked to', async () => {
    const notebook = new FakeNotebook();
    const note = new Autosave(notebook, memory(), keys());
    note.type('Now');
    await note.flush();
    expect(notebook.log).toEqual(['create Now']);
  });
});
