import { describe, expect, it } from 'vitest';
import { fakeStream, fakeTrack } from './fakes';
import { slotNumber, Slots, slotsByLeg, sourceOf, sourceOfLeg } from './slots';

const receiver = (kind: 'audio' | 'video') => ({ track: { kind } }) as RTCRtpReceiver;

describe('the slots of a connection', () => {
  it('begin with the pair of the browser’s own offer, and keep its stream', () => {
    const slots = new Slots(fakeStream);
    const [first] = slots.list();
    slots.add(0, fakeTrack('audio'), receiver('audio'));
    slots.add(0, fakeTrack('video'), receiver('video'));
    const [now] = slots.list();
    expect(now?.stream).toBe(first?.stream);
    expect(now?.receivers).toHaveLength(2);
  });

  it('grow with what the platform offers, in order, and are one again after a move', () => {
    const slots = new Slots(fakeStream);
    slots.add(2, fakeTrack('audio'), receiver('audio'));
    slots.add(1, fakeTrack('audio'), receiver('audio'));
    expect(slots.list().map(({ number }) => number)).toEqual([0, 1, 2]);
    slots.reset();
    expect(slots.list().map(({ number }) => number)).toEqual([0]);
  });

  it('have one track a kind', () => {
    const slots = new Slots(fakeStream);
    const later = fakeTrack('audio');
    slots.add(0, fakeTrack('audio'), receiver('audio'));
    slots.add(0, later, receiver('audio'));
    expect(slots.list()[0]?.stream.getTracks()).toEqual([later]);
    expect(slots.list()[0]?.receivers).toHaveLength(1);
  });

  it('are named by their streams', () => {
    expect([slotNumber('slot0'), slotNumber('slot12'), slotNumber('{a-guid}'), slotNumber(undefined)]).toEqual([0, 12, 0, 0]);
  });
});

describe('whose media a slot carries', () => {
  const of = (csrc: [number, number][], packet: number) =>
    sourceOf([
      {
        getContributingSources: () => csrc.map(([source, timestamp]) => ({ source, timestamp, rtpTimestamp: 0 })),
        getSynchronizationSources: () => [{ source: 1, timestamp: packet, rtpTimestamp: 0 }],
      },
    ]);

  it('is the source of the newest packet, also right after a switch', () => {
    expect(of([[7, 900], [9, 1_000]], 1_000)).toBe(9);
    expect(of([[7, 1_020], [9, 1_000]], 1_020)).toBe(7);
  });

  it('is nobody’s while a prompt plays', () => {
    expect(of([], 1_000)).toBeNull();
    expect(of([[7, 1_000]], 3_000)).toBeNull();
  });

  it('belongs to a leg by the end of its id', () => {
    expect(sourceOfLeg('leg_0198c0ffee0000000000000000000102')).toBe(0x102);
    const slots = new Slots(fakeStream);
    slots.add(1, fakeTrack('audio'), receiver('audio'));
    const [ada, sam] = ['leg_0000000000000000000000000000000a', 'leg_0000000000000000000000000000000b'];
    const found = slotsByLeg([ada, sam], slots.list(), new Map([[0, 0xb], [1, 0xa]]));
    expect([found.get(ada)?.number, found.get(sam)?.number]).toEqual([1, 0]);
  });

  it('needs no mark between two', () => {
    const slots = new Slots(fakeStream).list();
    expect(slotsByLeg(['leg_a'], slots, new Map()).get('leg_a')?.number).toBe(0);
    expect(slotsByLeg(['leg_a', 'leg_b'], slots, new Map()).size).toBe(0);
  });
});
