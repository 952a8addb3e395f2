import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bringUp, type FakePlatform, peer, RefusedByPlatform, setStage, settle, strike } from './fakes';
import type { LiveCall } from './live-call';

let platform: FakePlatform;
let call: LiveCall;

const connected = () => bringUp(call);

/** Whatever time passes, and though the network comes back. */
async function expectToStayAway() {
  const { joins } = platform;
  await vi.advanceTimersByTimeAsync(60_000);
  call.wake();
  await settle();
  expect(platform).toMatchObject({ joins, left: [], hungUp: [] });
  expect(call.state()).toMatchObject({ phase: 'ended', taken: true });
}

beforeEach(() => {
  ({ platform, call } = setStage());
});

afterEach(() => strike(call));

describe('a call that goes on in another window', () => {
  it('is over here at once, and isn’t taken back', async () => {
    await connected();
    platform.tell({ type: 'taken', reason: 'It goes on elsewhere' });
    expect(call.state()).toMatchObject({ phase: 'ended', taken: true, endReason: 'It goes on elsewhere' });
    expect(peer().closed).toBe(true);
    await call.hangUp();
    await expectToStayAway();
  });

  it('is given up by a page that missed the news and mends its connection', async () => {
    await connected();
    platform.refuseJoin = [new RefusedByPlatform('LEG_TAKEN')];
    peer().become('failed');
    await vi.advanceTimersByTimeAsync(9_000);
    await expectToStayAway();
  });

  it('is given up by a page whose offer is refused', async () => {
    await connected();
    platform.refuseOffer = [new RefusedByPlatform('LEG_TAKEN')];
    peer().become('disconnected');
    await vi.advanceTimersByTimeAsync(2_100);
    expect(platform.joins).toBe(1);
    await expectToStayAway();
  });

  it('is taken by a page that opens, and kept by one that mends its connection or follows the media', async () => {
    platform.joined = { ...platform.joined, generation: 4 };
    await connected();
    platform.tell({ type: 'moved', epoch: 2, iceServers: [] });
    await settle();
    expect(platform.negotiations.at(-1)).toMatchObject({ generation: 4, epoch: 2 });
    peer().become('failed');
    await vi.advanceTimersByTimeAsync(9_000);
    expect(platform.joinedAs).toEqual([null, 4]);
  });

  it('is no other end', async () => {
    await connected();
    platform.tell({ type: 'ended', reason: 'The agent hung up' });
    expect(call.state().taken).toBe(false);
  });
});
