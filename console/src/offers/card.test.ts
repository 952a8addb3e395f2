import { describe, expect, it } from 'vitest';
import { cardOf } from './card';

const alex = { id: 'agent_a', user: { id: 'user_a', name: 'Alex' } };
const base = { askedBy: alex, transfer: null, callback: false, call: { contact: { name: 'Ada' }, legs: [] } };

describe('an offer’s card', () => {
  it('says who transfers, and what comes first', () => {
    const warm = cardOf({ ...base, purpose: 'TRANSFER', transfer: { kind: 'WARM' } });
    expect(warm.head).toBe('Transfer from Alex');
    expect(warm.title).toBe('Alex transfers Ada');
    expect(warm.about).toContain('talks with you first');
    expect(cardOf({ ...base, purpose: 'TRANSFER', transfer: { kind: 'BLIND' } }).about).toContain('at once');
  });

  it('says who invites, and who calls', () => {
    expect(cardOf({ ...base, purpose: 'INVITATION' }).about).toBe('Alex asks you to join the call with Ada.');
    expect(cardOf({ ...base, purpose: 'CALL' }).title).toBe('Alex is calling');
  });

  it('is a call, or one to call back, out of a queue', () => {
    expect(cardOf({ ...base, purpose: 'QUEUE', askedBy: null }).head).toBe('Incoming call');
    expect(cardOf({ ...base, purpose: 'QUEUE', askedBy: null, callback: true }).head).toBe('Call-back');
  });
});
