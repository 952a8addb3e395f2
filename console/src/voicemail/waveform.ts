/** The loudness of a recording over time, in the JSON form of BBC's audiowaveform (version 2). */
export interface Waveform {
  channels: number;
  bits: number;
  /** Pixels a channel. */
  length: number;
  /** Minimum and maximum by pixel, and in each by channel. */
  data: readonly number[];
}

export function isWaveform(value: unknown): value is Waveform {
  if (typeof value !== 'object' || value === null) return false;
  const { channels, bits, length, data } = value as Partial<Waveform>;
  return typeof channels === 'number' && typeof bits === 'number' && typeof length === 'number' && Array.isArray(data);
}

/** Bars from 0 to 1, as many as there is room for; the loudest one is full, so that a quiet voice is seen too. */
export function bars({ channels, length, data }: Waveform, count: number): number[] {
  const heights = Array.from({ length: count }, () => 0);
  const width = 2 * channels;
  for (let pixel = 0; pixel < length; pixel += 1) {
    const bar = Math.min(count - 1, Math.floor((pixel * count) / length));
    for (let at = pixel * width; at < (pixel + 1) * width; at += 1) {
      heights[bar] = Math.max(heights[bar] ?? 0, Math.abs(data[at] ?? 0));
    }
  }
  // Fewer pixels than bars: what has none is as high as the one before.
  if (length > 0 && length < count) {
    for (let bar = 0; bar < count; bar += 1) {
      const pixel = Math.floor((bar * length) / count);
      heights[bar] = Math.max(...data.slice(pixel * width, (pixel + 1) * width).map(Math.abs), 0);
    }
  }
  const loudest = Math.max(...heights, 1);
  return heights.map((height) => height / loudest);
}
