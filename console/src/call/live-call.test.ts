import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bringUp, type FakeMedia, FakePeer, type FakePlatform, fakeStream, fakeTrack, makeFakePeer, peer, RefusedByPlatform, setStage, settle, strike } from './fakes';
import { LiveCall } from './live-call';

let platform: FakePlatform;
let media: FakeMedia;
let call: LiveCall;

const offers = () => platform.negotiations.filter(({ type }) => type === 'OFFER');

const connected = () => bringUp(call);

beforeEach(() => {
  ({ platform, media, call } = setStage());
});

afterEach(() => strike(call));

describe('joining', () => {
  it('offers voice and picture both ways, whatever is sent, and takes the answer', async () => {
    await call.start();
    expect(peer().directions).toEqual(['audio sendrecv', 'video sendrecv']);
    expect(platform.negotiations).toMatchObject([{ legId: 'leg_1', epoch: 1, type: 'OFFER', sdp: 'offer 1' }]);
    expect(peer().remote).toEqual(['server answers offer 1']);
    expect(call.state().phase).toBe('connecting');
    peer().become('connected');
    expect(call.state().phase).toBe('connected');
  });

  it('uses the ICE servers that the platform hands out', async () => {
    await call.start();
    expect(peer().configuration.iceServers).toEqual([{ urls: 'stun:example.org' }]);
  });

  it('doesn’t join twice where a page has joined already', async () => {
    await call.start({ legId: 'leg_7', generation: 2, epoch: 3, iceServers: [] });
    expect(platform.joins).toBe(0);
    expect(platform.negotiations).toMatchObject([{ legId: 'leg_7', generation: 2, epoch: 3 }]);
  });

  it('tries again while the platform is away', async () => {
    platform.refuseJoin = [new Error('network'), new RefusedByPlatform('MEDIA_UNAVAILABLE')];
    await call.start();
    expect(call.state().phase).toBe('joining');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(platform.joins).toBe(3);
    expect(call.state().phase).toBe('connecting');
  });

  it('ends where the call is over', async () => {
    platform.refuseJoin = [new RefusedByPlatform('CALL_ENDED')];
    await call.start();
    expect(call.state()).toMatchObject({ phase: 'ended', endReason: 'refused: CALL_ENDED' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(platform.joins).toBe(1);
  });
});

describe('media', () => {
  it('join the connection as the devices open, without another offer', async () => {
    await connected();
    const voice = fakeTrack('audio');
    media.become({ audio: voice });
    await settle();
    expect(peer().sent['audio']).toEqual([voice]);
    expect(offers()).toHaveLength(1);
  });

  it('tell the platform about mute and camera, once a change', async () => {
    media.become({ audio: fakeTrack('audio') });
    await connected();
    media.become({ microphoneOn: false });
    media.become({ fault: null });
    await settle();
    expect(platform.updates).toEqual([
      { muted: false, videoOn: false, screenOn: false },
      { muted: true, videoOn: false, screenOn: false },
    ]);
  });

  it('are not called muted while the devices still open', async () => {
    media.become({ settled: false });
    await connected();
    expect(platform.updates).toEqual([]);
    media.become({ audio: fakeTrack('audio'), settled: true });
    await settle();
    expect(platform.updates).toEqual([{ muted: false, videoOn: false, screenOn: false }]);
  });

  it('of the other side replace those of a connection before', async () => {
    await connected();
    peer().receive(fakeTrack('video'));
    const newer = fakeTrack('video');
    peer().receive(newer);
    expect(call.state().slots[0]?.stream.getTracks()).toEqual([newer]);
  });

  it('of further parties come in slots of their own, which a new connection begins without', async () => {
    await connected();
    peer().receive(fakeTrack('audio'));
    peer().receive(fakeTrack('audio'), 1);
    expect(call.state().slots.map(({ number }) => number)).toEqual([0, 1]);
    platform.tell({ type: 'moved', epoch: 2, iceServers: [] });
    await settle();
    peer().receive(fakeTrack('audio'));
    expect(call.state().slots.map(({ number }) => number)).toEqual([0]);
  });

  it('show the screen in place of the camera while it is shared', async () => {
    const [camera, screen] = [fakeTrack('video'), fakeTrack('video')];
    media.become({ cameraOn: true, video: camera });
    await connected();
    media.become({ screen });
    await settle();
    expect(platform.updates.at(-1)).toEqual({ muted: true, videoOn: true, screenOn: true });
    media.become({ screen: null });
    await settle();
    expect(peer().sent['video']).toEqual([camera, screen, camera]);
  });
});

describe('a call that moves to another worker', () => {
  it('connects anew with the new epoch', async () => {
    await connected();
    const before = peer();
    platform.tell({ type: 'moved', epoch: 2, iceServers: [] });
    await settle();
    expect(before.closed).toBe(true);
    expect(FakePeer.made).toHaveLength(2);
    expect(offers().at(-1)).toMatchObject({ epoch: 2 });
    expect(call.state()).toMatchObject({ phase: 'reconnecting', epoch: 2 });
    peer().become('connected');
    expect(call.state().phase).toBe('connected');
  });

  it('sends its tracks on the new connection', async () => {
    const voice = fakeTrack('audio');
    media.become({ audio: voice });
    await connected();
    platform.tell({ type: 'moved', epoch: 2, iceServers: [] });
    await settle();
    expect(peer().sent['audio']).toEqual([voice]);
  });

  it('takes a repeat of the news for what it is', async () => {
    await connected();
    platform.tell({ type: 'moved', epoch: 2, iceServers: [] });
    await settle();
    platform.tell({ type: 'moved', epoch: 2, iceServers: [] });
    await settle();
    expect(FakePeer.made).toHaveLength(2);
  });

  it('learns its first epoch from the answer, and doesn’t take that for a move', async () => {
    platform.joined = { ...platform.joined, epoch: 0 };
    platform.leasedAs = 1;
    await connected();
    expect(call.state().epoch).toBe(1);
    platform.tell({ type: 'moved', epoch: 1, iceServers: [] });
    await settle();
    expect(FakePeer.made).toHaveLength(1);
  });

  it('joins again when its epoch turns out to be old', async () => {
    platform.refuseOffer = [new RefusedByPlatform('STALE')];
    await call.start();
    platform.joined = { ...platform.joined, epoch: 5 };
    await vi.advanceTimersByTimeAsync(10);
    expect(offers().at(-1)).toMatchObject({ epoch: 5 });
  });
});

describe('a connection that breaks', () => {
  it('waits a moment, then restarts ICE on the same connection', async () => {
    await connected();
    peer().become('disconnected');
    expect(call.state().phase).toBe('reconnecting');
    expect(peer().restarts).toBe(0);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(peer().restarts).toBe(1);
    expect(FakePeer.made).toHaveLength(1);
    peer().become('connected');
    expect(call.state().phase).toBe('connected');
  });

  it('does nothing where it comes back by itself', async () => {
    await connected();
    peer().become('disconnected');
    await vi.advanceTimersByTimeAsync(1_000);
    peer().become('connected');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(peer().restarts).toBe(0);
    expect(platform.joins).toBe(1);
  });

  it('joins again when the restart doesn’t help', async () => {
    await connected();
    peer().become('failed');
    await vi.advanceTimersByTimeAsync(9_000);
    expect(platform.joins).toBe(2);
    expect(FakePeer.made).toHaveLength(2);
  });

  it('tries at once when the network is back', async () => {
    await connected();
    peer().become('disconnected');
    call.wake();
    expect(peer().restarts).toBe(1);
  });

  it('opens the stream of signals again', async () => {
    await connected();
    platform.loseSignals();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(platform.subscriptions).toBe(2);
  });
});

describe('the end', () => {
  it('comes from the platform with its reason', async () => {
    await connected();
    platform.tell({ type: 'ended', reason: 'The agent hung up' });
    expect(call.state()).toMatchObject({ phase: 'ended', endReason: 'The agent hung up' });
    expect(peer().closed).toBe(true);
  });

  it('comes from hanging up, though the platform is away', async () => {
    await connected();
    platform.hangUp = () => Promise.reject(new Error('network'));
    await call.hangUp();
    expect(call.state().phase).toBe('ended');
    expect(peer().closed).toBe(true);
  });

  it('tells the platform of hanging up before it closes the connection', async () => {
    await connected();
    let answer = () => {};
    platform.hangUp = () => new Promise((resolve) => (answer = resolve));
    const done = call.hangUp();
    expect(call.state().phase).toBe('ended');
    expect(peer().closed).toBe(false);
    answer();
    await done;
    expect(peer().closed).toBe(true);
  });

  it('leaves a call that it is not in yet, and ends one that it is in', async () => {
    await call.start();
    await call.hangUp();
    expect(platform).toMatchObject({ left: ['leg_1'], hungUp: [] });

    call = new LiveCall(platform, media.asMedia(), makeFakePeer, fakeStream);
    await connected();
    peer().become('disconnected');
    await call.hangUp();
    expect(platform).toMatchObject({ left: ['leg_1'], hungUp: ['leg_1'] });
  });

  it('leaves a call to the others where that is wanted', async () => {
    await connected();
    await call.hangUp(true);
    expect(platform).toMatchObject({ left: ['leg_1'], hungUp: [] });
  });

  it('leaves a leg that was still being made at the hang-up', async () => {
    let answer = () => {};
    const joined = platform.joined;
    platform.join = () => new Promise((resolve) => (answer = () => resolve(joined)));
    void call.start();
    await call.hangUp();
    answer();
    await settle();
    expect(platform).toMatchObject({ left: ['leg_1'], hungUp: [] });
    expect(FakePeer.made).toHaveLength(0);
  });

  it('says nothing more of a call that it is out of', async () => {
    await connected();
    platform.tell({ type: 'ended', reason: 'No media came through' });
    await call.hangUp();
    expect(platform).toMatchObject({ left: [], hungUp: [] });
  });

  it('closes the connection of a hang-up that nobody answers', async () => {
    await connected();
    platform.hangUp = () => new Promise(() => undefined);
    void call.hangUp();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(peer().closed).toBe(true);
    expect(platform.joins).toBe(1);
  });

  it('is final: a late answer changes nothing', async () => {
    let release = () => {};
    platform.hold = new Promise((resolve) => (release = resolve));
    const started = call.start();
    await settle();
    await call.hangUp();
    release();
    await started;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(call.state().phase).toBe('ended');
    expect(FakePeer.made).toHaveLength(1);
  });
});
