import { describe, expect, it } from 'vitest';
import { identityOf, newContact } from './identity';

describe('who calls', () => {
  const contact = { id: 'contact_1' };
  const inbound = { direction: 'INBOUND', visits: [{ callback: false }] } as const;
  const calledBack = { direction: 'OUTBOUND', visits: [{ callback: true }] } as const;

  it.each([inbound, calledBack])('can be confirmed where the caller claims to be a contact, and be said where not: $direction', (call) => {
    expect(identityOf({ ...call, contactVerified: false, contact })).toMatchObject({ claimed: true, other: 'Somebody else' });
    expect(identityOf({ ...call, contactVerified: false, contact: null })).toMatchObject({ claimed: false, other: 'Who is this?' });
  });

  it.each([inbound, calledBack])('can be put right, but not confirmed twice: $direction', (call) => {
    const identity = identityOf({ ...call, contactVerified: true, contact });
    expect(identity).toMatchObject({ claimed: false, other: 'Somebody else' });
    expect(identity?.words).toMatch(/^Confirmed/);
  });

  it('is no question among colleagues, nor of a contact whom one has called, whoever takes the call then', () => {
    expect(identityOf({ direction: 'INTERNAL', contactVerified: false, visits: [], contact: null })).toBeNull();
    expect(identityOf({ direction: 'OUTBOUND', contactVerified: true, visits: [], contact })).toBeNull();
    expect(identityOf({ direction: 'OUTBOUND', contactVerified: true, visits: [{ callback: false }], contact })).toBeNull();
  });
});

it('makes a new contact of what was typed, which is at least a name', () => {
  expect(newContact(' Ada ', '', 'key')).toEqual({ name: 'Ada', idempotencyKey: 'key' });
  expect(newContact('Ada', ' ada@example.org ', 'key')).toEqual({ name: 'Ada', emails: ['ada@example.org'], idempotencyKey: 'key' });
  expect(newContact(' ', 'ada@example.org', 'key')).toBeNull();
});
