import type { Client, TypedDocumentNode } from '@urql/core';
import { faultCode } from './errors';
import { cursorOf } from './socket';

/** So long after a subscription ended the next one begins. */
const AGAIN_MS = 1_000;

interface Ears<Data> {
  onNews(data: Data): void;
  /** Told anew after a gap that the platform no longer remembers: what ended meanwhile is never told. */
  onGap(): void;
}

/**
 * Holds a subscription for as long as somebody listens. A lost connection is the socket's to mend; one that ends is
 * begun again behind the last event that was heard, or from now on where that is too long ago.
 */
export function hear<Data extends Record<string, unknown>, Variables extends { after?: string | null }>(
  client: Pick<Client, 'subscription'>,
  query: TypedDocumentNode<Data, Variables>,
  { onNews, onGap }: Ears<Data>,
  of: Omit<Variables, 'after'> = {} as Omit<Variables, 'after'>,
): () => void {
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave = () => undefined as void;
  let after: string | null = null;
  const listen = () => {
    let over = false;
    const { unsubscribe } = client
      .subscription(query, { ...of, ...(after === null ? {} : { after }) } as Variables)
      .subscribe(({ data, error, hasNext }) => {
        if (closed || over) return;
        if (data) {
          after = cursorOf(data) ?? after;
          onNews(data);
        }
        if (!error && hasNext) return;
        over = true;
        const gap = error !== undefined && faultCode(error) === 'CURSOR_EXPIRED';
        if (gap) after = null;
        timer = setTimeout(() => {
          unsubscribe();
          listen();
          if (gap) onGap();
        }, AGAIN_MS);
      });
    leave = unsubscribe;
  };
  listen();
  return () => {
    closed = true;
    clearTimeout(timer);
    leave();
  };
}
