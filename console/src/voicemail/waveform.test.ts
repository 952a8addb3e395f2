import { expect, it } from 'vitest';
import { bars, isWaveform } from './waveform';

const mono = (...pixels: number[]) => ({ channels: 1, bits: 8, length: pixels.length, data: pixels.flatMap((peak) => [-peak, 0]) });

it('draws the loudest bar full, and each other in proportion', () => {
  expect(bars(mono(10, 20, 40, 40), 2)).toEqual([0.5, 1]);
  expect(bars({ channels: 2, bits: 8, length: 2, data: [0, 10, -20, 0, 0, 0, 0, 40] }, 2)).toEqual([0.5, 1]);
});

it('repeats what a short message has too little of, and draws silence flat', () => {
  expect(bars(mono(20, 40), 4)).toEqual([0.5, 0.5, 1, 1]);
  expect(bars(mono(0, 0), 2)).toEqual([0, 0]);
  expect(bars(mono(), 3)).toEqual([0, 0, 0]);
});

it('takes no other answer for a waveform', () => {
  expect(isWaveform({ error: 'gone' })).toBe(false);
  expect(isWaveform(mono(1))).toBe(true);
});
