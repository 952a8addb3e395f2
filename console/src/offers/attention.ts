import { holdFocus, isLookedAt } from './focus';

/** Whatever a page may do to be seen while it is not looked at; all of it undone by `stop`. */

const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="#1a7f43"/><path d="M10 8l4-1 2 5-2 2c1 2 3 4 5 5l2-2 4 2-1 4c-8 2-17-7-14-15z" fill="#fff"/></svg>',
  );
const FLASH_MS = 1_000;

interface Ringing {
  id: string;
  title: string;
  body: string;
}

export class Attention {
  #stop: (() => void) | null = null;
  #letFocus = holdFocus();

  start(ringing: Ringing): void {
    this.stop();
    const undo = [flashTitle(ringing.title), swapIcon(), notify(ringing)];
    // Not every browser has it, and none allows it before the page was touched.
    if ('vibrate' in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate([400, 200, 400, 1_000, 400, 200, 400]);
    this.#stop = () => {
      for (const one of undo) one();
      if ('vibrate' in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate(0);
    };
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  close(): void {
    this.stop();
    this.#letFocus();
  }
}

/** Alternates with the page's own title, which may change meanwhile. */
function flashTitle(words: string): () => void {
  const ours = `☎ ${words}`;
  let own = document.title;
  const flash = () => {
    if (document.title === ours) {
      document.title = own;
    } else {
      own = document.title;
      document.title = ours;
    }
  };
  flash();
  const timer = setInterval(flash, FLASH_MS);
  return () => {
    clearInterval(timer);
    if (document.title === ours) document.title = own;
  };
}

function swapIcon(): () => void {
  const link = document.querySelector<HTMLLinkElement>('link[rel~="icon"]');
  if (!link) return () => undefined;
  const before = link.href;
  link.href = ICON;
  return () => {
    link.href = before;
  };
}

/** The same tag in all tabs: the person sees one. */
function notify(ringing: Ringing): () => void {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return () => undefined;
  let over = false;
  let shown: Notification | null = null;
  void isLookedAt().then((looked) => {
    if (!looked && !over) shown = show(ringing);
  });
  return () => {
    over = true;
    shown?.close();
  };
}

function show({ id, title, body }: Ringing): Notification | null {
  try {
    const shown = new Notification(title, { body, tag: id, requireInteraction: true });
    shown.onclick = () => {
      globalThis.focus();
      shown.close();
    };
    return shown;
  } catch {
    // Browsers on phones have the class, and refuse to make one without a service worker.
    return null;
  }
}
