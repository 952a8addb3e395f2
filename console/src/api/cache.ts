import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import type { Exchange } from '@urql/core';

/** Types without an id of their own live inside their parent. */
const embedded = () => null;

/**
 * Rows are kept once by their id, so that a call told of by a subscription is new everywhere it is
 * shown. Lists grow by page as they are scrolled.
 */
export function cache(): Exchange {
  return cacheExchange({
    // Fragments name types and never an interface, so a type matches itself alone. Left to guess, the
    // cache takes a call for a note that lacks its body, and answers with nothing.
    possibleTypes: {},
    keys: {
      Activity: embedded,
      AgentDay: embedded,
      AgentEvent: embedded,
      AgentSkill: embedded,
      Attribute: embedded,
      AuditDetail: embedded,
      BusinessHours: embedded,
      CallInterval: embedded,
      CallEvent: (event) => event['cursor'] as string | null,
      Consent: embedded,
      Guest: embedded,
      Holiday: embedded,
      IceServer: embedded,
      Invitation: embedded,
      JoinInfo: embedded,
      OfferEvent: embedded,
      OpenInterval: embedded,
      Overflow: embedded,
      PageInfo: embedded,
      PastCall: embedded,
      Playback: embedded,
      QueueClosed: embedded,
      QueueInfo: embedded,
      QueueMembership: embedded,
      // One a queue, so that what a subscription tells is new wherever the queue is shown.
      QueueStats: (stats) => (stats['queue'] as { id?: string } | null)?.id ?? null,
      Rating: embedded,
      Ratio: embedded,
      ReasonCount: embedded,
      ReasonSeconds: embedded,
      RecordingPause: embedded,
      Rendition: embedded,
      RoutingCandidate: embedded,
      RoutingExplanation: embedded,
      SdpAnswer: embedded,
      ServiceLevelTarget: embedded,
      Session: embedded,
      UserError: embedded,
      Viewer: embedded,
      WaitEstimate: embedded,
      WrapUp: embedded,
    },
    resolvers: {
      Query: {
        contacts: relayPagination(),
        calls: relayPagination(),
        companies: relayPagination(),
        agents: relayPagination(),
        audioFiles: relayPagination(),
        auditLog: relayPagination(),
        voicemails: relayPagination(),
      },
      Contact: { calls: relayPagination(), timeline: relayPagination() },
      Company: { contacts: relayPagination() },
      Call: { events: relayPagination() },
    },
    updates: {
      Mutation: {
        // Which lists a new row belongs to is the server's knowledge: read them again.
        contactCreate: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'contacts');
        },
        callContactSet: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'contacts');
        },
        companyCreate: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'companies');
        },
        queueCreate: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'queues');
        },
        outcomeCreate: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'outcomes');
        },
        awayReasonCreate: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'awayReasons');
        },
        audioFileCreate: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'audioFiles');
        },
        audioFileUpdate: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'audioFiles');
        },
        callPlace: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'calls');
        },
      },
    },
  });
}
