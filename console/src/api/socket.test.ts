import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cursorOf, makeSocket } from './socket';

/** The server's end of a WebSocket, spoken by the test. */
class FakeWebSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  static made: FakeWebSocket[] = [];
  readyState = FakeWebSocket.OPEN;
  asked: { type: string; id: string; payload?: { variables?: unknown } }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;
  onerror: ((error: unknown) => void) | null = null;

  constructor() {
    FakeWebSocket.made.push(this);
    queueMicrotask(() => this.onopen?.());
  }

  send(text: string) {
    const message = JSON.parse(text) as (typeof this.asked)[number];
    if (message.type === 'connection_init') this.say({ type: 'connection_ack' });
    if (message.type === 'subscribe') this.asked.push(message);
  }

  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  close(code = 1000, reason = '') {
    this.readyState = FakeWebSocket.CLOSED;
    this.onclose?.({ code, reason, wasClean: code === 1000 });
  }
}

describe('a lost connection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeWebSocket.made = [];
    vi.stubGlobal('WebSocket', FakeWebSocket);
    vi.stubGlobal('location', { protocol: 'https:', host: 'cordboard.test' });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('is taken up behind the last event that was heard', async () => {
    const tokens = { current: () => 'token', stale: () => false, refresh: () => Promise.resolve() };
    const socket = makeSocket(tokens, () => undefined);
    const heard: unknown[] = [];
    const sink = { next: (value: unknown) => heard.push(value), error: () => undefined, complete: () => undefined };
    const query = 'subscription ($after: String) { offers(after: $after) { cursor } }';
    socket.subscribe({ query, variables: {}, operationName: undefined, extensions: undefined }, sink);
    await vi.advanceTimersByTimeAsync(10);
    const first = FakeWebSocket.made[0];
    expect(first?.asked.map(({ payload }) => payload?.variables)).toEqual([{}]);
    first?.say({ type: 'next', id: first.asked[0]?.id, payload: { data: { offers: { cursor: '41' } } } });

    first?.close(1006);
    expect(socket.connected()).toBe(false);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(socket.connected()).toBe(true);
    const second = FakeWebSocket.made[1];
    expect(second?.asked.map(({ payload }) => payload?.variables)).toEqual([{ after: '41' }]);
    second?.say({ type: 'next', id: second.asked[0]?.id, payload: { data: { offers: { cursor: '42' } } } });
    expect(heard).toHaveLength(2);
    socket.close();
  });
});

describe('the cursor of an event', () => {
  it('is found whatever the subscription is called', () => {
    expect(cursorOf({ callEvents: { cursor: 'a1', version: 3 } })).toBe('a1');
    expect(cursorOf({ __typename: 'Subscription', notifications: { cursor: 'b2' } })).toBe('b2');
  });

  it('is missing where there is none', () => {
    expect(cursorOf({ legSignals: { sdp: '…' } })).toBeNull();
    expect(cursorOf(null)).toBeNull();
  });
});
