/** More than any centre has; whatever goes wrong, reading comes to an end. */
const MOST = 1_000;

export interface QueueList<Queue> {
  nodes: readonly Queue[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** Where the next page begins; null behind the last. */
export function nextOf({ pageInfo }: QueueList<unknown>): string | null {
  return pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
}

/** What stands behind the first page, whole or not at all: a page that fails, fails the list. */
export async function readBehind<Queue>(
  end: string,
  page: (after: string) => Promise<QueueList<Queue>>,
  signal: AbortSignal,
): Promise<Queue[]> {
  const queues: Queue[] = [];
  for (let after: string | null = end; after !== null && queues.length < MOST; ) {
    const list: QueueList<Queue> = await page(after);
    signal.throwIfAborted();
    queues.push(...list.nodes);
    after = nextOf(list);
  }
  return queues;
}
