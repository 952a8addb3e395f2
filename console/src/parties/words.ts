import type { Party } from '../calls/party';
import type { LegRole } from '../gql/graphql';

export function roleWords(role: LegRole): string {
  return { AGENT: 'Colleague', CONTACT: 'Contact', GUEST: 'Guest', SUPERVISOR: 'Supervisor' }[role];
}

/** Where a party stands, in a word or two. */
export function stateWords({ state, parked }: Pick<Party, 'state' | 'parked'>): string {
  switch (state) {
    case 'INVITED':
      return 'Invited';
    case 'JOINING':
      return 'Joining';
    case 'RECONNECTING':
      return 'Lost the connection';
    case 'LEFT':
      return 'Left';
    case 'CONNECTED':
      return parked ? 'On hold' : 'In call';
  }
}
