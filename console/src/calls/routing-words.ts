import type { OfferState, RoutingStrategy, VisitOutcome } from '../gql/graphql';

export const STRATEGIES: Record<RoutingStrategy, { words: string; explanation: string }> = {
  LONGEST_IDLE: { words: 'Longest idle', explanation: 'Rings whoever has been without a call for the longest.' },
  ROUND_ROBIN: { words: 'Round robin', explanation: 'Rings whoever was asked the longest ago, so that all get their turn.' },
  MOST_SKILLED: { words: 'Most skilled', explanation: 'Rings whoever is best at what the queue asks for; among equals, the longest idle.' },
  RING_ALL: { words: 'Ring all', explanation: 'Rings everybody who is free, 20 at most; the first to accept takes it.' },
};

/** The platform names reasons in a word of code. */
export function plain(reason: string): string {
  return /^[A-Z_]+$/.test(reason) ? reason.toLowerCase().replaceAll('_', ' ') : reason;
}

export function visitWords(outcome: VisitOutcome | null | undefined): string {
  switch (outcome) {
    case 'ANSWERED':
      return 'answered';
    case 'ABANDONED':
      return 'the caller gave up';
    case 'OVERFLOWED':
      return 'passed on';
    case 'CALLBACK':
      return 'asked to be called back';
    case 'VOICEMAIL':
      return 'left a message';
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'waiting';
  }
}

export function offerWords(state: OfferState): string {
  switch (state) {
    case 'PENDING':
      return 'rings';
    case 'ACCEPTED':
      return 'accepted';
    case 'CONNECTED':
      return 'connected';
    case 'DECLINED':
      return 'declined';
    case 'TIMED_OUT':
      return 'did not answer';
    case 'CANCELLED':
      return 'withdrawn';
    case 'FAILED':
      return 'failed';
  }
}
