import { useSubscription } from 'urql';
import { graphql } from '../gql';
import type { CallEventKind } from '../gql/graphql';

graphql(`
  fragment CallNews on Call {
    voicemailState
    contactVerified
    ...CallRow
    durationSeconds
    waitSeconds
    endReason
    legs {
      id
      role
      name
      contact {
        id
      }
      state
      audience
      parked
      joinUrl
      muted
      videoOn
      screenOn
      ...SupervisionLeg
      consent {
        given
      }
    }
    intervals {
      ...IntervalFields
    }
    offers {
      id
      state
      purpose
      expiresAt
      agent {
        id
        user {
          id
          name
        }
      }
    }
    transfers {
      ...TransferFields
    }
  }
`);

const CallNewsArrived = graphql(`
  subscription CallNewsArrived($callId: ID, $contactId: ID, $after: String) {
    callEvents(callId: $callId, contactId: $contactId, after: $after) {
      cursor
      version
      at
      kind
      actor
      detail
      call {
        ...CallNews
      }
    }
  }
`);

interface Subject {
  callId?: string;
  contactId?: string;
  /** Events behind this one only; without it, from now on. */
  after?: string | null;
}

/**
 * Keeps the shown calls as new as the platform: each event brings the row with it, and the cache
 * spreads it. `onKind` is told what happened, for what a row doesn't show.
 */
export function useCallNews(subject: Subject, onKind?: (kind: CallEventKind) => void, pause = false): void {
  useSubscription({ query: CallNewsArrived, variables: subject, pause }, (_before, news) => {
    onKind?.(news.callEvents.kind);
    return news;
  });
}
