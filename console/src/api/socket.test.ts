import { describe, expect, it } from 'vitest';
import { cursorOf } from './socket';

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
