import type { Shelf } from './autosave';

/** What one person has typed and nobody has saved yet, kept in this browser. What others typed at this machine is theirs. */
export class Drafts {
  #places: string;
  #closed = false;

  constructor(userId: string) {
    this.#places = `cordboard.draft.${userId}.`;
  }

  shelf<Content>(about: string): Shelf<Content> {
    const place = this.#places + about;
    return {
      read: () => {
        const kept = localStorage.getItem(place);
        return kept === null ? null : (JSON.parse(kept) as Content);
      },
      write: (content) => {
        if (!this.#closed) localStorage.setItem(place, JSON.stringify(content));
      },
      clear: () => {
        if (!this.#closed) localStorage.removeItem(place);
      },
      closed: () => this.#closed,
    };
  }

  /** Who signs out leaves no word about anybody on a machine that others use, too. One whose session was lost finds all again. */
  close(lost: boolean): void {
    this.#closed = true;
    if (lost) return;
    for (const place of Object.keys(localStorage)) if (place.startsWith(this.#places)) localStorage.removeItem(place);
  }
}
