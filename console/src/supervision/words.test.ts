import { describe, expect, it } from 'vitest';
import { besideOf, companyWords, hearsWords, type SeenLeg } from './words';

const leg = (role: SeenLeg['role'], name: string, change: Partial<SeenLeg> = {}): SeenLeg => ({
  role,
  name,
  state: 'CONNECTED',
  audience: 'EVERYONE',
  parked: false,
  user: role === 'CONTACT' || role === 'GUEST' ? null : { id: `user_${name}` },
  ...change,
});
const alex = leg('AGENT', 'Alex');
const cleo = leg('CONTACT', 'Cleo');
const sam = (change: Partial<SeenLeg>) => leg('SUPERVISOR', 'Sam', change);

describe('the supervisor’s own way of being there', () => {
  it('is read from who may hear', () => {
    expect(besideOf([alex, sam({ audience: 'NOBODY' })], 'user_Sam')).toBe('LISTEN');
    expect(besideOf([alex, sam({ audience: 'AGENTS' })], 'user_Sam')).toBe('WHISPER');
    expect(besideOf([alex, sam({})], 'user_Sam')).toBe('BARGE');
  });

  it('is none for somebody else, for one who left, and once the call is one’s own', () => {
    expect(besideOf([alex, sam({})], 'user_Alex')).toBeNull();
    expect(besideOf([sam({ state: 'LEFT' })], 'user_Sam')).toBeNull();
    expect(besideOf([sam({ state: 'LEFT' }), leg('AGENT', 'Sam')], 'user_Sam')).toBeNull();
  });
});

describe('who hears whom, in words', () => {
  it('names the agent alone in a whisper', () => {
    expect(hearsWords('LISTEN', [alex, cleo, sam({})], 'user_Sam')).toBe('Nobody hears you');
    expect(hearsWords('WHISPER', [cleo, alex, sam({})], 'user_Sam')).toBe('Only Alex hears you');
    expect(hearsWords('BARGE', [cleo, alex, sam({})], 'user_Sam')).toBe('Cleo and Alex hear you');
  });

  it('counts nobody who left, and says who is held', () => {
    const held = { ...cleo, parked: true };
    expect(hearsWords('BARGE', [held, alex], 'user_Sam')).toBe('Alex hears you; Cleo is on hold');
    expect(hearsWords('WHISPER', [{ ...alex, state: 'LEFT' }, leg('AGENT', 'Robin')], 'user_Sam')).toBe('Only Robin hears you');
    expect(hearsWords('WHISPER', [cleo], 'user_Sam')).toBe('Nobody hears you now');
  });
});

it('tells an agent of a whisperer and of one in the call, not of a listener', () => {
  expect(companyWords([alex, sam({ audience: 'NOBODY' })], 'user_Alex')).toBeNull();
  expect(companyWords([alex, sam({ audience: 'AGENTS' })], 'user_Alex')).toBe('Sam whispers: only our side hears it');
  expect(companyWords([alex, sam({})], 'user_Alex')).toBe('Sam is in the call');
  expect(companyWords([alex, sam({})], 'user_Sam')).toBeNull();
});
