import { authExchange } from '@urql/exchange-auth';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cache } from './cache';
import { faultCode } from './errors';
import type { Socket } from './socket';

/** Where an access token comes from: a user's session, or a guest's link. */
export interface TokenSource {
  current(): string | null;
  /** True when a request with the present token would be refused. */
  stale(): boolean;
  refresh(): Promise<void>;
}

/** One client for one person: its cache holds nothing of anybody else. */
export function makeClient(tokens: TokenSource, socket: Socket): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [
      cache(),
      authExchange((utilities) =>
        Promise.resolve({
          addAuthToOperation(operation) {
            const token = tokens.current();
            return token === null
              ? operation
              : utilities.appendHeaders(operation, { Authorization: `Bearer ${token}` });
          },
          willAuthError: () => tokens.stale(),
          didAuthError: (error) => faultCode(error) === 'UNAUTHENTICATED',
          refreshAuth: () => tokens.refresh(),
        }),
      ),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
        }),
      }),
    ],
  });
}
