import { describe, expect, it } from 'vitest';
import type { Party } from '../calls/party';
import { chatWarning, failure, type Said, standing, swapWords, targetOf } from './words';

const transfer: Said = {
  kind: 'WARM',
  state: 'RINGING',
  side: 'TARGET',
  from: { user: { name: 'Alex' } },
  toAgent: { user: { name: 'Sam' } },
};
const toQueue: Said = { ...transfer, kind: 'BLIND', toAgent: null, toQueue: { name: 'Billing' } };
const party = (id: string, parked = false) =>
  ({ id, name: id, role: 'AGENT', state: 'CONNECTED', audience: 'EVERYONE', parked, muted: false, videoOn: false, screenOn: false }) satisfies Party;

describe('where a transfer stands', () => {
  it('names who is asked, and who waits where', () => {
    expect(standing(transfer, 'Ada', [], null)).toBe('Asking Sam. Ada hears music.');
    expect(standing(toQueue, 'Ada', [], null)).toBe('Ada waits in Billing.');
    expect(standing({ ...toQueue, kind: 'WARM' }, 'Ada', [], null)).toBe('Asking Billing. Ada hears music.');
  });

  it('says who hears whom while two of the house talk', () => {
    const consulting: Said = { ...transfer, state: 'CONSULTING' };
    expect(standing(consulting, 'Ada', [party('Alex'), party('Sam'), party('Ada', true)], 'Alex')).toBe('You and Sam talk. Ada hears music.');
  });
});

describe('the chat during a consultation', () => {
  const consulting = { state: 'CONSULTING' } as const;
  const ada: Party = { ...party('Ada', true), role: 'CONTACT' };

  it('warns that the contact on hold reads it', () => {
    expect(chatWarning(consulting, [party('Alex'), party('Sam'), ada])).toBe('The contact on hold reads this too.');
  });

  it('says nothing where everybody talks, where nobody outside is left, and in any other call', () => {
    expect(chatWarning(consulting, [party('Alex'), party('Sam'), { ...ada, parked: false }])).toBeNull();
    expect(chatWarning(consulting, [party('Alex', true), party('Sam'), { ...ada, state: 'LEFT' }])).toBeNull();
    expect(chatWarning({ state: 'RINGING' }, [party('Alex'), ada])).toBeNull();
    expect(chatWarning(null, [party('Alex'), ada])).toBeNull();
  });
});

describe('the words around it', () => {
  it('call the target by name, or by its queue', () => {
    expect([targetOf(transfer), targetOf(toQueue), targetOf({})]).toEqual(['Sam', 'Billing', 'a colleague']);
  });

  it('say why nothing came of it, and that nobody is lost', () => {
    expect(failure({ ...transfer, reason: 'Sam declined: In a meeting.' }, 'Ada')).toEqual({
      title: 'Ada is back with you',
      message: 'Sam declined: In a meeting.',
    });
    expect(failure(toQueue, 'Ada').message).toBe('Billing did not take the call.');
  });

  it('turn to the other side', () => {
    expect(swapWords('TARGET', 'Sam', 'Ada')).toEqual({ to: 'CONTACT', words: 'Talk with Ada' });
    expect(swapWords('CONTACT', 'Sam', 'Ada').to).toBe('TARGET');
    expect(swapWords('EVERYONE', 'Sam', 'Ada').words).toBe('Talk with Sam alone');
  });
});
