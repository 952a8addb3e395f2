import { describe, expect, it } from 'vitest';
import { loudness } from './level';
import { label, StatisticsReader } from './statistics';

const report = (packetsReceived: number, packetsLost: number) => [
  { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.042 },
  { type: 'inbound-rtp', kind: 'audio', packetsReceived, packetsLost, audioLevel: 0.5, trackIdentifier: 'voice' },
  { type: 'media-source', kind: 'audio', audioLevel: 0.25 },
];

describe('statistics', () => {
  it('tell the loss since the reading before', () => {
    const reader = new StatisticsReader();
    expect(reader.read(report(100, 50)).lossPercent).toBeNull();
    expect(reader.read(report(195, 55)).lossPercent).toBe(5);
  });

  it('tell the round trip and both levels', () => {
    expect(new StatisticsReader().read(report(1, 0))).toMatchObject({ rttMs: 42, remoteLevel: 0.5, localLevel: 0.25 });
    expect(new StatisticsReader().read(report(1, 0)).levels.get('voice')).toBe(0.5);
  });

  it('name a connection by its worse side', () => {
    expect([label(20, 0), label(200, 0), label(20, 2), label(20, 9), label(null, 0)]).toEqual([
      'EXCELLENT',
      'GOOD',
      'GOOD',
      'POOR',
      'LOST',
    ]);
  });
});

describe('loudness', () => {
  it('is nothing for silence and full for a shout', () => {
    expect(loudness(new Float32Array(64))).toBe(0);
    expect(loudness(new Float32Array(64).fill(0.9))).toBe(1);
  });

  it('lies between for speech', () => {
    expect(loudness(new Float32Array(64).fill(0.03))).toBeGreaterThan(0.4);
    expect(loudness(new Float32Array(64).fill(0.03))).toBeLessThan(0.7);
  });
});
