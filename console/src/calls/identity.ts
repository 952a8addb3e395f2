import type { CallContactSetInput, Direction } from '../gql/graphql';

interface Caller {
  direction: Direction;
  contactVerified: boolean;
  visits: readonly { callback: boolean }[];
  contact?: { id: string } | null;
}

interface Identity {
  words: string;
  /** There is a contact to say yes to. */
  claimed: boolean;
  /** What opens the choice of another one. */
  other: string;
}

/** What is known of who calls. Null where nobody called in; one who is called back is still only who he said he was. */
export function identityOf({ direction, contactVerified, visits, contact }: Caller): Identity | null {
  if (direction !== 'INBOUND' && !visits.some(({ callback }) => callback)) return null;
  if (!contact) return { words: 'The caller is not in the contacts: the name is only what the caller said.', claimed: false, other: 'Who is this?' };
  if (!contactVerified) return { words: 'Unverified: that it is this contact is only what the caller said.', claimed: true, other: 'Somebody else' };
  return { words: 'Confirmed: one of us said that it is this contact.', claimed: false, other: 'Somebody else' };
}

/** A new contact as it was typed; null without a name. */
export function newContact(name: string, email: string, idempotencyKey: string): Omit<CallContactSetInput, 'callId'> | null {
  if (name.trim() === '') return null;
  return { name: name.trim(), ...(email.trim() === '' ? {} : { emails: [email.trim()] }), idempotencyKey };
}
