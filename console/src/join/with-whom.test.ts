import { expect, it } from 'vitest';
import type { Party } from '../calls/party';
import { withWhom } from './with-whom';

const agent = (name: string, change: Partial<Party> = {}) =>
  ({ id: name, role: 'AGENT', name, state: 'CONNECTED', audience: 'EVERYONE', parked: false, muted: false, videoOn: false, screenOn: false, ...change }) satisfies Party;
const ada = agent('Ada', { role: 'CONTACT' });
const who = (legs: Party[]) => withWhom(legs, 'Ada')?.name;

it('is with the agent who came last and is there', () => {
  expect(who([ada, agent('Alex', { state: 'LEFT' }), agent('Sam')])).toBe('Sam');
  expect(who([ada, agent('Alex'), agent('Sam', { parked: true })])).toBe('Alex');
  expect(who([ada])).toBeUndefined();
});

it('stays with the one who put the contact on hold, whoever else is asked meanwhile', () => {
  expect(who([{ ...ada, parked: true }, agent('Alex'), agent('Sam')])).toBe('Alex');
});
