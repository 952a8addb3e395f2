import type { SubscriptionOperation } from '@urql/core';
import { CloseCode, createClient, type Client as WebSocketClient } from 'graphql-ws';
import type { TokenSource } from './client';

interface Sink {
  next(value: { data?: unknown; errors?: readonly unknown[] }): void;
  error(error: unknown): void;
  complete(): void;
}

/** News over the WebSocket. Reconnects by itself and asks for what was missed. */
export interface Socket {
  subscribe(request: SubscriptionOperation, sink: Sink): () => void;
  /** Whether news arrive: false from a lost connection until the next one stands. */
  connected(): boolean;
  onChange(listener: () => void): () => void;
  close(): void;
}

/** Close codes that another attempt with the same session can't mend. */
const FINAL: readonly number[] = [
  CloseCode.BadRequest,
  CloseCode.SubprotocolNotAcceptable,
  CloseCode.TooManyInitialisationRequests,
];

export function makeSocket(tokens: TokenSource, onRefused: () => void): Socket {
  let connected = true;
  const listeners = new Set<() => void>();
  const tell = (now: boolean) => {
    if (connected === now) return;
    connected = now;
    for (const listener of listeners) listener();
  };
  const client: WebSocketClient = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    connectionParams: async () => {
      if (tokens.stale()) await tokens.refresh();
      return { authorization: `Bearer ${tokens.current() ?? ''}` };
    },
    keepAlive: 10_000,
    retryAttempts: Infinity,
    retryWait: async (attempt) => {
      // An agent who is cut off keeps a card of what has gone, and hears of nothing new: never for long.
      const limit = Math.min(3_000, 250 * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, limit * (0.5 + Math.random() / 2)));
    },
    shouldRetry: (event) => {
      const code = closeCode(event);
      if (code === CloseCode.Forbidden || code === CloseCode.Unauthorized) {
        onRefused();
        return tokens.current() !== null;
      }
      return code === null || !FINAL.includes(code);
    },
    on: {
      connected: () => tell(true),
      closed: (event) => {
        // An idle socket closes itself normally: nothing is lost by that.
        if (closeCode(event) !== 1000) tell(false);
      },
    },
  });
  return {
    subscribe: (request, sink) => client.subscribe(resumable(request), follow(request, sink)),
    connected: () => connected,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => void client.dispose(),
  };
}

function closeCode(event: unknown): number | null {
  return typeof event === 'object' && event !== null && 'code' in event && typeof event.code === 'number'
    ? event.code
    : null;
}

/**
 * graphql-ws sends the same payload object again after a reconnect, so moving `after` in it makes
 * the server begin with what was missed.
 */
function resumable(request: SubscriptionOperation) {
  request.variables = { ...request.variables };
  return { query: request.query ?? '', variables: request.variables as Record<string, unknown> };
}

function follow(request: SubscriptionOperation, sink: Sink) {
  return {
    next: (value: { data?: Record<string, unknown> | null; errors?: readonly unknown[] }) => {
      const cursor = cursorOf(value.data);
      if (cursor !== null && request.variables) {
        (request.variables as Record<string, unknown>)['after'] = cursor;
      }
      sink.next(value as { data?: unknown; errors?: readonly unknown[] });
    },
    error: (error: unknown) => sink.error(error),
    complete: () => sink.complete(),
  };
}

export function cursorOf(data: Record<string, unknown> | null | undefined): string | null {
  for (const value of Object.values(data ?? {})) {
    if (typeof value === 'object' && value !== null && 'cursor' in value) {
      return typeof value.cursor === 'string' ? value.cursor : null;
    }
  }
  return null;
}
