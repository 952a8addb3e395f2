import { Client, fetchExchange, gql } from '@urql/core';
import { expect, it } from 'vitest';
import { cache } from './cache';

it('reads a row of several possible types without the fields of the others', async () => {
  const data = { node: { __typename: 'Call', id: 'call_1', createdAt: '2026-01-01T12:00:00Z', state: 'ENDED' } };
  const client = new Client({
    url: 'http://localhost/graphql',
    preferGetMethod: false,
    exchanges: [cache(), fetchExchange],
    fetch: () => Promise.resolve(new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } })),
  });
  const query = gql`
    {
      node(id: "call_1") {
        __typename
        id
        ... on Call {
          createdAt
          state
        }
        ... on Note {
          createdAt
          body
        }
      }
    }
  `;
  const answer = await client.query(query, {}).toPromise();
  expect(answer.data).toEqual(data);
});
