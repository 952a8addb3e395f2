import { describe, expect, it } from 'vitest';
import { hearing, holdable, others, type Party } from './party';

const party = (id: string, change: Partial<Party> = {}): Party => ({
  id,
  role: 'AGENT',
  name: id,
  state: 'CONNECTED',
  audience: 'EVERYONE',
  parked: false,
  muted: false,
  videoOn: false,
  screenOn: false,
  ...change,
});
const me = party('Alex');
const sam = party('Sam');
const ada = party('Ada', { role: 'CONTACT' });

describe('who hears whom', () => {
  it('is said in sentences, oneself first', () => {
    expect(hearing([ada, me], 'Alex')).toBe('You and Ada talk.');
    expect(hearing([me, { ...ada, parked: true }, sam], 'Alex')).toBe('You and Sam talk. Ada hears music.');
    expect(hearing([me, ada, { ...sam, parked: true }], 'Alex')).toBe('You and Ada talk. Sam hears music.');
    expect(hearing([me, ada, sam], 'Alex')).toBe('You, Ada and Sam talk.');
  });

  it('tells when nobody hears one, and who waits', () => {
    expect(hearing([me, { ...ada, parked: true }], 'Alex')).toBe('Nobody hears you. Ada hears music.');
    expect(hearing([{ ...me, parked: true }, { ...ada, parked: true }], 'Alex')).toBe('You and Ada hear music.');
    expect(hearing([{ ...me, parked: true }, sam, ada], 'Alex')).toBe('Sam and Ada talk. You hear music.');
  });

  it('tells of a whisper, and not of somebody who only listens', () => {
    const kim = party('Kim', { role: 'SUPERVISOR', audience: 'AGENTS' });
    expect(hearing([me, ada, kim], 'Alex')).toBe('You and Ada talk. Only agents hear Kim.');
    expect(hearing([me, ada, { ...kim, audience: 'NOBODY' }], 'Alex')).toBe('You and Ada talk.');
  });
});

describe('who is there', () => {
  it('is neither oneself, nor who was only asked, nor who left or only listens', () => {
    const legs = [me, ada, party('Gone', { state: 'LEFT' }), party('Asked', { state: 'INVITED' }), party('Kim', { audience: 'NOBODY' })];
    expect(others(legs, 'Alex').map(({ id }) => id)).toEqual(['Ada']);
  });

  it('is put on hold if an outsider, and among colleagues whoever it is', () => {
    expect(holdable([me, ada, sam], 'Alex', 'OUTBOUND').map(({ id }) => id)).toEqual(['Ada']);
    expect(holdable([me, sam], 'Alex', 'INTERNAL').map(({ id }) => id)).toEqual(['Sam']);
  });
});
