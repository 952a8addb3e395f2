import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bringUp, FakePeer, type FakePlatform, peer, RefusedByPlatform, setStage, settle, strike } from './fakes';
import type { LiveCall } from './live-call';

let platform: FakePlatform;
let call: LiveCall;

const connected = () => bringUp(call);

beforeEach(() => {
  ({ platform, call } = setStage());
});

afterEach(() => strike(call));

describe('candidates', () => {
  it('are sent together, and only once the server knows the connection', async () => {
    let release = () => {};
    platform.hold = new Promise((resolve) => (release = resolve));
    const started = call.start();
    await settle();
    peer().gather('one');
    peer().gather('two');
    await vi.advanceTimersByTimeAsync(500);
    expect(platform.trickled).toEqual([]);
    release();
    await started;
    await vi.advanceTimersByTimeAsync(100);
    expect(platform.trickled).toMatchObject([{ epoch: 1, candidates: [{ candidate: 'one' }, { candidate: 'two' }] }]);
  });
});

describe('perfect negotiation', () => {
  it('answers an offer of the server', async () => {
    await connected();
    platform.tell({ type: 'offer', sdp: 'more tracks', revision: 4, epoch: 1 });
    await settle();
    expect(platform.negotiations.at(-1)).toMatchObject({ type: 'ANSWER', revision: 4, sdp: 'answer to more tracks' });
  });

  it('takes an offer that overtook the first answer after that answer', async () => {
    let release = () => {};
    platform.hold = new Promise((resolve) => (release = resolve));
    const started = call.start();
    await settle();
    platform.tell({ type: 'offer', sdp: 'more tracks', revision: 1, epoch: 1 });
    await settle();
    platform.hold = null;
    release();
    await started;
    await settle();
    expect(peer().rolledBack).toBe(0);
    expect(peer().remote).toEqual(['server answers offer 1', 'more tracks']);
    expect(platform.negotiations.at(-1)).toMatchObject({ type: 'ANSWER', revision: 1 });
  });

  it('gives way when offers cross, and offers again', async () => {
    await connected();
    let release = () => {};
    platform.hold = new Promise((resolve) => (release = resolve));
    peer().become('failed');
    await settle();
    platform.tell({ type: 'offer', sdp: 'server first', revision: 1, epoch: 1 });
    await settle();
    expect(peer().rolledBack).toBe(1);
    platform.hold = null;
    release();
    await settle();
    // The answer to the offer that was rolled back is dropped.
    expect(peer().remote).not.toContain('server answers offer 2');
    expect(peer().remote.at(-1)).toBe('server answers offer 3');
  });

  it('waits for the offer of the server’s that its own was refused for', async () => {
    await connected();
    platform.refuseOffer = [new RefusedByPlatform('STALE')];
    peer().become('failed');
    await settle();
    platform.tell({ type: 'offer', sdp: 'server first', revision: 2, epoch: 1 });
    await settle();
    expect(FakePeer.made).toHaveLength(1);
    expect(peer().remote.at(-1)).toBe('server answers offer 3');
  });

  it('joins again where no such offer comes: its epoch was old', async () => {
    await connected();
    platform.refuseOffer = [new RefusedByPlatform('STALE')];
    peer().become('failed');
    await vi.advanceTimersByTimeAsync(2_100);
    expect(platform.joins).toBe(2);
  });

  it('leaves an answer be that came too late', async () => {
    await connected();
    platform.refuseOffer = [new RefusedByPlatform('STALE')];
    platform.tell({ type: 'offer', sdp: 'old', revision: 1, epoch: 1 });
    platform.tell({ type: 'offer', sdp: 'new', revision: 2, epoch: 1 });
    await settle();
    expect(platform.negotiations.at(-1)).toMatchObject({ type: 'ANSWER', revision: 2 });
    expect(FakePeer.made).toHaveLength(1);
  });

  it('ignores an offer of another epoch', async () => {
    await connected();
    platform.tell({ type: 'offer', sdp: 'late', revision: 1, epoch: 0 });
    await settle();
    expect(platform.negotiations).toHaveLength(1);
  });
});
