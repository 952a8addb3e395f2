import { CombinedError, type Client, type TypedDocumentNode } from '@urql/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hear } from './hear';

type News = { offers: { cursor: string } };
interface Told {
  data?: News;
  error?: CombinedError;
  hasNext: boolean;
}

let asked: unknown[];
let tell: (told: Told) => void;
const client = {
  subscription: (_query: unknown, variables: unknown) => ({
    subscribe: (listener: (told: Told) => void) => {
      asked.push(variables);
      tell = listener;
      return { unsubscribe: () => undefined };
    },
  }),
} as unknown as Client;
const query = {} as TypedDocumentNode<News, { after?: string | null }>;
const expired = new CombinedError({
  graphQLErrors: [{ message: 'too long ago', extensions: { code: 'CURSOR_EXPIRED' } }],
});

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
});
afterEach(() => vi.useRealTimers());

it('begins again behind the last event that was heard', () => {
  const heard: string[] = [];
  hear(client, query, { onNews: ({ offers }) => heard.push(offers.cursor), onGap: () => heard.push('gap') });
  tell({ data: { offers: { cursor: '7' } }, hasNext: true });
  tell({ data: { offers: { cursor: '8' } }, hasNext: true });
  tell({ error: new CombinedError({ networkError: new Error('gone') }), hasNext: false });
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual([{}, { after: '8' }]);
  expect(heard).toEqual(['7', '8']);
});

it('begins from now on where the platform has forgotten, and says that there is a gap', () => {
  const onGap = vi.fn();
  hear(client, query, { onNews: () => undefined, onGap });
  tell({ data: { offers: { cursor: '7' } }, hasNext: true });
  tell({ error: expired, hasNext: false });
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual([{}, {}]);
  expect(onGap).toHaveBeenCalledOnce();
});

it('is silent once nobody listens', () => {
  const onNews = vi.fn();
  const stop = hear(client, query, { onNews, onGap: () => undefined });
  const before = tell;
  tell({ hasNext: false });
  stop();
  before({ data: { offers: { cursor: '9' } }, hasNext: true });
  vi.advanceTimersByTime(5_000);
  expect(asked).toHaveLength(1);
  expect(onNews).not.toHaveBeenCalled();
});
