import { expect, it } from 'vitest';
import { type QueueList, readBehind } from './queue-pages';

const never = new AbortController().signal;

const PAGES: Record<string, QueueList<string>> = {
  c1: { nodes: ['Claims', 'Orders'], pageInfo: { hasNextPage: true, endCursor: 'c2' } },
  c2: { nodes: ['Sales'], pageInfo: { hasNextPage: false, endCursor: 'c3' } },
};

async function page(after: string): Promise<QueueList<string>> {
  const list = PAGES[after];
  if (!list) throw new Error(`Nobody has page ${after}`);
  return list;
}

it('reads page behind page to the last', async () => {
  expect(await readBehind('c1', page, never)).toEqual(['Claims', 'Orders', 'Sales']);
});

it('gives no shorter list where a later page fails', async () => {
  const failing = async (after: string) => (after === 'c1' ? page(after) : Promise.reject(new Error('The server can’t be reached')));
  await expect(readBehind('c1', failing, never)).rejects.toThrow('The server can’t be reached');
});

it('asks for no more once nobody waits for it', async () => {
  const left = new AbortController();
  const asked: string[] = [];
  const leaving = async (after: string) => {
    asked.push(after);
    left.abort();
    return page(after);
  };
  await expect(readBehind('c1', leaving, left.signal)).rejects.toThrow();
  expect(asked).toEqual(['c1']);
});

it('comes to an end though the pages do not', async () => {
  let asked = 0;
  const endless = async () => {
    asked += 1;
    return { nodes: Array.from({ length: 100 }, () => 'Sales'), pageInfo: { hasNextPage: true, endCursor: 'c1' } };
  };
  expect(await readBehind('c1', endless, never)).toHaveLength(1_000);
  expect(asked).toBe(10);
});
