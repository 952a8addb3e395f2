import type { Autosave } from './autosave';

/** Whoever waits for longer gets no other field: the call leads to no wrap-up. */
const LIMIT_MS = 5_000;

interface Held {
  callId: string;
  /** Where in the note it stood. */
  at: number;
  /** Ends it; returns what was typed meanwhile. */
  letGo: () => string;
}

let held: Held | null = null;

/**
 * A call that ends takes its note's field from under the hands of whoever types there. A field that nobody sees takes the
 * keys until the wrap-up's comes: none is lost, and none is a shortcut or chooses an outcome. To be called while the field
 * still stands `within`.
 */
export function holdCaret(callId: string, within: Element, note: Autosave): void {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement) || !field.matches('[data-note]') || !within.contains(field)) return;
  const at = field.selectionEnd;
  const standIn = document.createElement('textarea');
  standIn.setAttribute('aria-label', 'Note');
  Object.assign(standIn.style, { position: 'fixed', bottom: '0', opacity: '0', pointerEvents: 'none' });
  document.body.append(standIn);
  standIn.focus({ preventScroll: true });
  const letGo = () => {
    clearTimeout(timer);
    standIn.removeEventListener('blur', giveUp);
    standIn.remove();
    held = null;
    return standIn.value;
  };
  const giveUp = () => insert(note, at, letGo());
  const timer = setTimeout(giveUp, LIMIT_MS);
  standIn.addEventListener('blur', giveUp);
  held = { callId, at, letGo };
}

/** The wrap-up's field goes on where the call's was left, if anybody was typing there. */
export function takeCaret(callId: string, field: HTMLTextAreaElement, note: Autosave): void {
  if (held?.callId !== callId) return;
  const { at, letGo } = held;
  const typed = letGo();
  insert(note, at, typed);
  field.focus();
  // Once the text stands there, and before the next key.
  queueMicrotask(() => field.setSelectionRange(at + typed.length, at + typed.length));
}

function insert(note: Autosave, at: number, typed: string): void {
  if (typed === '') return;
  const { body } = note.state();
  note.type(body.slice(0, at) + typed + body.slice(at));
}
