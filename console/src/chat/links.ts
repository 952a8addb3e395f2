export interface Part {
  text: string;
  /** Where it leads; null for what is only text. */
  href: string | null;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/giu;
/** What ends a sentence rather than an address. */
const TAIL = /[.,;:!?'’»)\]}]+$/u;

/** Cuts a text where an address of the web begins and ends. Everything else stays what it is: text. */
export function parts(text: string): Part[] {
  const found: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTail(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index), href: null });
    found.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end), href: null });
  return found;
}

function withoutTail(address: string): string {
  const tail = TAIL.exec(address)?.[0] ?? '';
  // A bracket that the address itself opened belongs to it.
  const closes = tail.startsWith(')') && address.includes('(') ? 1 : 0;
  return address.slice(0, address.length - tail.length + closes);
}
