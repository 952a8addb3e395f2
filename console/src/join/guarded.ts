/**
 * What a page keeps over a reload, in its tab alone.
 *
 * Browsers that block third-party cookies give a page in another site's frame no storage at all, but
 * cookies of its own for each site around it (CHIPS). The widget names the tab, which a cookie
 * doesn't know; and where even those are refused, the page remembers until it is closed.
 */
interface Store {
  read(key: string): string | null;
  /** Null forgets. */
  write(key: string, value: string | null): void;
}

/** As long as a guest's token is good for anything. */
const A_DAY = 86_400;

function sessionStore(): Store | null {
  try {
    const storage = sessionStorage;
    return {
      read: (key) => storage.getItem(key),
      write: (key, value) => (value === null ? storage.removeItem(key) : storage.setItem(key, value)),
    };
  } catch {
    return null;
  }
}

function cookieStore(tab: string): Store {
  const nameOf = (key: string) => `cordboard.${tab}.${encodeURIComponent(key)}`;
  return {
    read: (key) => {
      const start = `${nameOf(key)}=`;
      const found = document.cookie.split('; ').find((cookie) => cookie.startsWith(start));
      return found === undefined ? null : decodeURIComponent(found.slice(start.length));
    },
    write: (key, value) => {
      const age = value === null ? 0 : A_DAY;
      document.cookie = `${nameOf(key)}=${encodeURIComponent(value ?? '')}; Path=/q/; Max-Age=${age}; Secure; SameSite=None; Partitioned`;
    },
  };
}

function memoryStore(): Store {
  const memory = new Map<string, string>();
  return {
    read: (key) => memory.get(key) ?? null,
    write: (key, value) => void (value === null ? memory.delete(key) : memory.set(key, value)),
  };
}

function choose(): Store {
  const session = sessionStore();
  if (session) return session;
  const tab = new URLSearchParams(location.hash.slice(1)).get('tab');
  if (tab === null || !/^[a-z0-9]{1,32}$/.test(tab)) return memoryStore();
  const cookies = cookieStore(tab);
  cookies.write('probe', '1');
  const kept = cookies.read('probe') === '1';
  cookies.write('probe', null);
  return kept ? cookies : memoryStore();
}

let chosen: Store | null = null;

export const guarded: Store = {
  read: (key) => (chosen ??= choose()).read(key),
  write: (key, value) => (chosen ??= choose()).write(key, value),
};
