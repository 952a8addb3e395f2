import type { Autosave } from './autosave';

/** Whoever waits for longer gets no other field: the call leads to no wrap-up. */
const LIMIT_MS = 5_000;
/** Whoever presses no key for so long has seen that the chat is gone. */
const PAUSE_MS = 1_000;

interface Held {
  callId: string;
  /** Where in the note it stood; null: it stood in the chat. */
  at: number | null;
  /** Ends it; returns what was typed meanwhile. */
  letGo: () => string;
  /** Ends it once nobody types any more, and goes on. */
  whenQuiet: (goOn: () => void) => void;
}

let held: Held | null = null;

/**
 * A call that ends takes its note's field, or its chat's, from under the hands of whoever types there. A field that nobody
 * sees takes the keys until the wrap-up comes: none is a shortcut or chooses an outcome. Those of a note go on there; those
 * of a chat, which nobody would read any more, go nowhere. To be called while the field still stands `within`.
 */
export function holdCaret(callId: string, within: Element, note: Autosave): void {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement) || !field.matches('[data-note], [data-chat]') || !within.contains(field)) return;
  const at = field.matches('[data-note]') ? field.selectionEnd : null;
  const standIn = document.createElement('textarea');
  standIn.setAttribute('aria-label', at === null ? 'Message' : 'Note');
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
  let timer = setTimeout(giveUp, LIMIT_MS);
  standIn.addEventListener('blur', giveUp);
  const whenQuiet = (goOn: () => void) => {
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        letGo();
        goOn();
      }, PAUSE_MS);
    };
    standIn.addEventListener('keydown', wait);
    wait();
  };
  held = { callId, at, letGo, whenQuiet };
}

/**
 * The wrap-up's field goes on where the call's was left, if anybody was typing there. Where nobody was, and once nobody
 * types for the chat any more, the wrap-up begins where it does: `begin`.
 */
export function takeCaret(callId: string, field: HTMLTextAreaElement, note: Autosave, begin: () => void): void {
  if (held?.callId !== callId) {
    begin();
    return;
  }
  const { at, letGo, whenQuiet } = held;
  if (at === null) {
    whenQuiet(begin);
    return;
  }
  const typed = letGo();
  insert(note, at, typed);
  field.focus();
  // Once the text stands there, and before the next key.
  queueMicrotask(() => field.setSelectionRange(at + typed.length, at + typed.length));
}

function insert(note: Autosave, at: number | null, typed: string): void {
  if (at === null || typed === '') return;
  const { body } = note.state();
  note.type(body.slice(0, at) + typed + body.slice(at));
}
