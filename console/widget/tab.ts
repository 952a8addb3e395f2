/** What the pages of a site remember in one tab. Some browsers forbid it: then a call ends with the page. */
export const kept = {
  read(key: string): boolean {
    return read(key) !== null;
  },
  write(key: string, on: boolean): void {
    try {
      if (on) sessionStorage.setItem(key, '1');
      else sessionStorage.removeItem(key);
    } catch {
      // As said above.
    }
  },
};

const TAB = 'cordboard.tab';

/** Tells this tab from others of the same site: the page in the frame may have no storage that does. No secret. */
export function tabName(): string {
  const known = read(TAB);
  if (known !== null) return known;
  const name = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(36).padStart(2, '0')).join('');
  try {
    sessionStorage.setItem(TAB, name);
  } catch {
    // A name for this page alone.
  }
  return name;
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
