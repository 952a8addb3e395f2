import { expect, it } from 'vitest';
import { roleWords, stateWords } from './words';

it('says of a party who it is and where it stands', () => {
  expect(roleWords('GUEST')).toBe('Guest');
  expect(stateWords({ state: 'CONNECTED', parked: false })).toBe('In call');
  expect(stateWords({ state: 'CONNECTED', parked: true })).toBe('On hold');
  expect(stateWords({ state: 'INVITED', parked: false })).toBe('Invited');
});
