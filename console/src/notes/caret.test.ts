import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Autosave } from './autosave';
import { holdCaret, takeCaret } from './caret';

/** A field of a page where keys go to whichever has the focus. */
class Field extends EventTarget {
  value = '';
  selectionEnd = 0;
  style = {};

  constructor(readonly kind = '') {
    super();
  }

  matches(selectors: string): boolean {
    return this.kind !== '' && selectors.includes(`[data-${this.kind}]`);
  }

  setAttribute(): void {}

  setSelectionRange(): void {}

  focus(): void {
    focused = this;
  }

  remove(): void {
    if (focused === this) focused = null;
  }
}

let focused: Field | null;
let body: string;
const begin = vi.fn();
const page = { contains: () => true } as unknown as Element;
const note = {
  state: () => ({ body }),
  type: (text: string) => {
    body = text;
  },
} as unknown as Autosave;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('HTMLTextAreaElement', Field);
  vi.stubGlobal('document', {
    get activeElement() {
      return focused;
    },
    createElement: () => new Field(),
    body: { append: () => undefined },
  });
  body = 'By post.';
  begin.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The call ends while somebody is in one of its fields; gives what has the focus then. */
function end(kind: string): Field | null {
  const field = new Field(kind);
  field.selectionEnd = body.length;
  focused = field;
  holdCaret('call_1', page, note);
  field.remove();
  return focused;
}

function wrapUp(): Field {
  const field = new Field('note');
  takeCaret('call_1', field as unknown as HTMLTextAreaElement, note, begin);
  return field;
}

function press(text: string): void {
  if (focused === null) throw new Error(`"${text}" is a shortcut now`);
  focused.value += text;
  focused.dispatchEvent(new Event('keydown'));
}

it('whoever types for the chat when the call ends types nowhere, until a pause: then the wrap-up begins', () => {
  const standIn = end('chat');
  press('See');
  wrapUp();
  for (const key of 'you tomorrow') {
    vi.advanceTimersByTime(900);
    press(key);
    expect(begin).not.toHaveBeenCalled();
    expect(focused).toBe(standIn);
  }
  vi.advanceTimersByTime(1_000);
  expect(begin).toHaveBeenCalledOnce();
  expect(focused).toBeNull();
  expect(body).toBe('By post.');
});

it('whoever goes elsewhere meanwhile is left there', () => {
  const standIn = end('chat');
  wrapUp();
  standIn?.dispatchEvent(new Event('blur'));
  vi.advanceTimersByTime(10_000);
  expect(begin).not.toHaveBeenCalled();
});

it('of a call that leads to no wrap-up the keys are kept for a while', () => {
  const standIn = end('chat');
  press('Hello?');
  expect(focused).toBe(standIn);
  vi.advanceTimersByTime(5_000);
  expect(focused).toBeNull();
  expect(body).toBe('By post.');
});

it('a note goes on in the wrap-up, which begins elsewhere only for those who wrote none', () => {
  end('note');
  press(' Any time.');
  const field = wrapUp();
  expect(body).toBe('By post. Any time.');
  expect(focused).toBe(field);
  expect(begin).not.toHaveBeenCalled();
  wrapUp();
  expect(begin).toHaveBeenCalledOnce();
});
