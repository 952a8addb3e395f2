/** Whichever tab of the console has the focus holds this lock, so that all know. Shared: it changes hands without a wait. */
const LOCK = 'cordboard-focus';

/** Holds it for this tab, whenever it has the focus, until the call of what it returns. */
export function holdFocus(): () => void {
  if (!('locks' in navigator)) return () => undefined;
  let release: (() => void) | null = null;
  const follow = () => {
    if (document.hasFocus() === (release !== null)) return;
    if (release !== null) {
      release();
      release = null;
      return;
    }
    const lost = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Without it the other tabs don't know, and may ask for attention once too often.
    navigator.locks.request(LOCK, { mode: 'shared' }, () => lost).catch(() => undefined);
  };
  follow();
  for (const change of ['focus', 'blur']) addEventListener(change, follow);
  return () => {
    for (const change of ['focus', 'blur']) removeEventListener(change, follow);
    release?.();
  };
}

/** Whether the person looks at the console, in this tab or another one of the browser. */
export async function isLookedAt(): Promise<boolean> {
  if (document.hasFocus()) return true;
  if (!('locks' in navigator)) return false;
  try {
    const { held } = await navigator.locks.query();
    return held?.some(({ name }) => name === LOCK) ?? false;
  } catch {
    // Where the browser keeps pages apart it may refuse: better a notification too many than none.
    return false;
  }
}
