import { describe, expect, it } from 'vitest';
import type { Offer } from './inbox';
import { noticeOf } from './notices';

const call = { contact: { name: 'Ada' }, legs: [], direction: 'INBOUND' };
const offer = (change: object = {}) => ({ id: 'a', purpose: 'QUEUE', call, agent: { status: 'AVAILABLE', activity: 'AVAILABLE' }, ...change }) as unknown as Offer;
const missed = (change: object = {}) => noticeOf({ offer: offer(change), kind: 'missed', words: 'no answer' });

it('who declined in vain reads what the call does now', () => {
  const words = 'The server can’t be reached.';
  expect(noticeOf({ offer: offer(), kind: 'undeclined', words })).toMatchObject({
    title: 'Declining Ada did not get through',
    message: 'The server can’t be reached. The call waits for you until its time is over, and counts as missed then.',
  });
});

describe('whoever missed a call', () => {
  it('reads what became of it', () => {
    expect(missed()).toMatchObject({ title: 'You missed Ada', message: 'The call went back to the queue.' });
    expect(missed({ purpose: 'TRANSFER', askedBy: { user: { name: 'Alex' } } }).message).toBe('Alex was told.');
  });

  it('and what became of themselves', () => {
    const agent = { status: 'AWAY', activity: 'AWAY', reason: 'missed' };
    expect(missed({ agent }).message).toContain('You are away now');
    expect(missed({ agent: { ...agent, reason: 'Lunch' } }).message).not.toContain('away');
  });
});
