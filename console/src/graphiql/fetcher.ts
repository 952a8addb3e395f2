import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

/** Queries and mutations by HTTP, subscriptions by the WebSocket, both with the headers of the editor. */
export function makeFetcher(): Fetcher {
  let headers: Record<string, unknown> = {};
  // The socket closes after its last subscription, so the next one opens with the headers of its time.
  const socket = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    connectionParams: () =>
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  });
  const send = createGraphiQLFetcher({ url: '/graphql', wsClient: socket });
  return (parameters, options) => {
    headers = options?.headers ?? {};
    return send(parameters, options);
  };
}
