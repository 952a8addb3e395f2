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
    keys: {
      Attribute: embedded,
      CallInterval: embedded,
      CallEvent: (event) => event['cursor'] as string | null,
      Consent: embedded,
      Guest: embedded,
      IceServer: embedded,
      Invitation: embedded,
      JoinInfo: embedded,
      PageInfo: embedded,
      Playback: embedded,
      Rating: embedded,
      RecordingPause: embedded,
      Rendition: embedded,
      SdpAnswer: embedded,
      Session: embedded,
      UserError: embedded,
      Viewer: embedded,
    },
    resolvers: {
      Query: {
        contacts: relayPagination(),
        calls: relayPagination(),
        notifications: relayPagination(),
      },
      Contact: { calls: relayPagination() },
      Call: { events: relayPagination() },
    },
    updates: {
      Mutation: {
        // Which lists a new row belongs to is the server's knowledge: read them again.
        contactCreate: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'contacts');
        },
        callPlace: (_result, _arguments, cache) => {
          cache.invalidate('Query', 'calls');
        },
      },
    },
  });
}
