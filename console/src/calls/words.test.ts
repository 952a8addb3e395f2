import { describe, expect, it } from 'vitest';
import type { CallEventKind } from '../gql/graphql';
import { detailWords, endOf, eventWords, otherSide } from './words';

describe('the other side', () => {
  const colleague = (name: string) => ({ role: 'AGENT' as const, name, user: { id: `user_${name}` } });

  it('is the contact, or who a caller said to be', () => {
    expect(otherSide({ contact: { name: 'Ada' }, legs: [colleague('Alex')] })).toBe('Ada');
    expect(otherSide({ legs: [colleague('Alex'), { role: 'CONTACT', name: 'Cleo' }] })).toBe('Cleo');
    expect(otherSide({ direction: 'INBOUND', legs: [colleague('Alex')] })).toBe('Somebody');
  });

  it('is the other colleague in a call between two, and both for whoever looks at it', () => {
    const call = { direction: 'INTERNAL' as const, legs: [colleague('Alex'), colleague('Sam')] };
    expect(otherSide(call, 'user_Alex')).toBe('Sam');
    expect(otherSide(call)).toBe('Alex and Sam');
    // An offer's card asks for no users.
    expect(otherSide({ direction: 'INTERNAL', legs: [{ role: 'AGENT', name: 'Alex' }] })).toBe('Alex');
    expect(otherSide({ ...call, legs: [colleague('Alex')] }, 'user_Alex')).toBe('A colleague');
  });
});

describe('the end of a call', () => {
  const ended = { state: 'ENDED' as const, endReason: 'Robin declined: Not my field.' };

  it('is explained where a colleague did not come, and counted elsewhere', () => {
    expect(endOf({ ...ended, direction: 'INTERNAL', result: 'DECLINED' })).toBe('Robin declined: Not my field.');
    expect(endOf({ ...ended, direction: 'INTERNAL', result: 'DECLINED', endReason: null })).toBe('Declined');
    expect(endOf({ ...ended, direction: 'INTERNAL', result: 'COMPLETED' })).toBe('Completed');
    expect(endOf({ ...ended, direction: 'OUTBOUND', result: 'DECLINED' })).toBe('Declined');
  });
});

describe('an event in words', () => {
  it('is a sentence where a party does it, and names who stands beside it elsewhere', () => {
    expect(eventWords('LEG_LEFT', 'Cleo')).toEqual({ words: 'Cleo left', aside: undefined });
    expect(eventWords('LEG_LEFT', undefined).words).toBe('Left');
    expect(eventWords('OFFER_TIMED_OUT', 'Alex')).toEqual({ words: 'Offer not answered', aside: 'Alex' });
  });

  it('can be read though a newer platform made it', () => {
    expect(eventWords('CALL_TELEPORTED' as CallEventKind, undefined).words).toBe('Call teleported');
  });
});

describe('what an event adds', () => {
  const id = (prefix: string, digit: string) => `${prefix}_${digit.repeat(32)}`;
  const names = new Map([
    [id('agent', 'a'), 'Alex'],
    [id('agent', 'b'), 'Robin'],
    [id('queue', 'c'), 'Support'],
  ]);

  it('names those whom ids mean, and nobody whom it can’t', () => {
    expect(detailWords('QUEUED', id('queue', 'c'), names)).toBe('Support');
    expect(detailWords('OFFERED', `${id('agent', 'a')} ${id('agent', 'b')} ${id('agent', 'd')}`, names)).toBe('Alex, Robin');
    expect(detailWords('CALLBACK_REQUESTED', id('call', 'e'), names)).toBeUndefined();
  });

  it('has no words of code', () => {
    expect(detailWords('ENDED', 'COMPLETED: The contact hung up.', names)).toBe('The contact hung up.');
    expect(detailWords('OVERFLOWED', 'QUEUE', names)).toBe('goes to another queue');
    expect(detailWords('TRANSFER_CANCELLED', `${id('transfer', 'f')} Robin did not answer.`, names)).toBe('Robin did not answer.');
    expect(detailWords('TRANSFER_STARTED', id('transfer', 'f'), names)).toBeUndefined();
    expect(detailWords('POSITION_CHANGED', '3', names)).toBe('3');
    expect(detailWords('ENDED', null, names)).toBeUndefined();
  });
});
