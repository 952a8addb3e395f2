import { describe, expect, it } from 'vitest';
import { identityOf, newContact } from './identity';

describe('who calls', () => {
  const contact = { id: 'contact_1' };

  it('can be confirmed where the caller claims to be a contact, and be said where not', () => {
    expect(identityOf({ direction: 'INBOUND', contactVerified: false, contact })).toMatchObject({ claimed: true, other: 'Somebody else' });
    expect(identityOf({ direction: 'INBOUND', contactVerified: false, contact: null })).toMatchObject({ claimed: false, other: 'Who is this?' });
    expect(identityOf({ direction: 'OUTBOUND', contactVerified: false, contact })).toMatchObject({ claimed: true });
  });

  it('can be put right, but not confirmed twice', () => {
    const identity = identityOf({ direction: 'INBOUND', contactVerified: true, contact });
    expect(identity).toMatchObject({ claimed: false, other: 'Somebody else' });
    expect(identity?.words).toMatch(/^Confirmed/);
  });

  it('is no question among colleagues, nor of a contact whom one has called', () => {
    expect(identityOf({ direction: 'INTERNAL', contactVerified: false, contact: null })).toBeNull();
    expect(identityOf({ direction: 'OUTBOUND', contactVerified: true, contact })).toBeNull();
  });
});

it('makes a new contact of what was typed, which is at least a name', () => {
  expect(newContact(' Ada ', '', 'key')).toEqual({ name: 'Ada', idempotencyKey: 'key' });
  expect(newContact('Ada', ' ada@example.org ', 'key')).toEqual({ name: 'Ada', emails: ['ada@example.org'], idempotencyKey: 'key' });
  expect(newContact(' ', 'ada@example.org', 'key')).toBeNull();
});
