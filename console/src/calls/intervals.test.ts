import { describe, expect, it } from 'vitest';
import { stretches } from './intervals';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString();

describe('the stretches of a call', () => {
  it('share the whole by their length', () => {
    const found = stretches(
      [
        { kind: 'RING', startedAt: at(0), endedAt: at(10) },
        { kind: 'TALK', startedAt: at(10), endedAt: at(40) },
      ],
      new Date(at(99)),
    );
    expect(found.map(({ words, seconds, share }) => [words, seconds, share])).toEqual([
      ['Ring', 10, 25],
      ['Talk', 30, 75],
    ]);
  });

  it('let the open one last until now', () => {
    const found = stretches([{ kind: 'TALK', startedAt: at(0), endedAt: null }], new Date(at(7)));
    expect(found).toMatchObject([{ seconds: 7, share: 100, open: true }]);
  });

  it('share evenly while nothing has any length', () => {
    expect(stretches([{ kind: 'SETUP', startedAt: at(0), endedAt: at(0) }], new Date(at(0)))).toMatchObject([{ share: 100 }]);
  });
});
