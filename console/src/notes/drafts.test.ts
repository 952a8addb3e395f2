import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Autosave, type Notebook } from './autosave';
import { Drafts } from './drafts';

const CONTACT = 'note.contact_1';

/** As a browser's: what is kept are its own properties, what it can do are not. */
class FakeStorage {
  [place: string]: unknown;

  getItem(place: string) {
    return this[place] ?? null;
  }

  setItem(place: string, text: string) {
    this[place] = text;
  }

  removeItem(place: string) {
    delete this[place];
  }
}

const create = vi.fn<Notebook['create']>();
const notebook: Notebook = { create, update: vi.fn(), read: vi.fn() };
const noteOf = (drafts: Drafts) => new Autosave(notebook, drafts.shelf(CONTACT), () => 'key', null);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('localStorage', new FakeStorage());
  create.mockReset().mockRejectedValue(new Error('no network'));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('keeps what one person typed for that person', () => {
  noteOf(new Drafts('user_1')).type('Likes mornings');
  expect(noteOf(new Drafts('user_1')).state()).toMatchObject({ body: 'Likes mornings', phase: 'kept' });
  expect(noteOf(new Drafts('user_2')).state()).toMatchObject({ body: '', phase: 'empty' });
});

it('leaves nothing of one who signs out, sends it as nobody else, and touches what others keep', async () => {
  const other = noteOf(new Drafts('user_2'));
  other.type('Theirs');
  other.close();
  const drafts = new Drafts('user_1');
  const note = noteOf(drafts);
  note.type('Mine');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(create).toHaveBeenCalledTimes(1);
  drafts.close(false);
  await vi.advanceTimersByTimeAsync(60_000);
  note.type('Mine, and more');
  await note.flush();
  expect(create).toHaveBeenCalledTimes(1);
  expect(Object.keys(localStorage)).toEqual([`cordboard.draft.user_2.${CONTACT}`]);
});

it('keeps no answer that comes after the signing out', async () => {
  const drafts = new Drafts('user_1');
  const note = noteOf(drafts);
  let answer = (): void => undefined;
  create.mockImplementation((body) => new Promise((resolve) => (answer = () => resolve({ id: 'note_1', version: 1, body }))));
  note.type('Mine');
  await vi.advanceTimersByTimeAsync(1_000);
  note.type('Mine, and more');
  drafts.close(false);
  answer();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(Object.keys(localStorage)).toEqual([]);
});

it('is there again for one whose session was lost', async () => {
  const drafts = new Drafts('user_1');
  noteOf(drafts).type('Mine');
  drafts.close(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(create).not.toHaveBeenCalled();
  expect(noteOf(new Drafts('user_1')).state().body).toBe('Mine');
});
