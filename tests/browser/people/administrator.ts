import { type APIRequestContext, expect } from '@playwright/test';
import { PASSWORD } from './agent';

/** An access token lives ten minutes, and all tests together take longer. */
const TOKEN_MS = 5 * 60_000;
let administrator: { token: string; at: number } | null = null;

/** What an administrator does over the public schema. */
export async function administer<Answer>(request: APIRequestContext, query: string, variables: object): Promise<Answer> {
  if (administrator === null || Date.now() - administrator.at > TOKEN_MS) {
    const { sessionCreate } = await post<{ sessionCreate: { session: { accessToken: string } } }>(
      request,
      'mutation ($input: SessionCreateInput!) { sessionCreate(input: $input) { session { accessToken } } }',
      { input: { email: 'admin@example.com', password: PASSWORD } },
      null,
    );
    administrator = { token: sessionCreate.session.accessToken, at: Date.now() };
  }
  return post(request, query, variables, administrator.token);
}

async function post<Answer>(request: APIRequestContext, query: string, variables: object, token: string | null): Promise<Answer> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await request.post('/graphql', { data: { query, variables }, headers });
  const { data, errors } = await response.json();
  expect(errors, JSON.stringify(errors)).toBeUndefined();
  for (const payload of Object.values<{ userErrors?: unknown[] }>(data)) expect(payload.userErrors ?? []).toEqual([]);
  return data;
}

export interface Agent {
  id: string;
  user: { id: string; email: string };
}

export async function listAgents(request: APIRequestContext): Promise<Agent[]> {
  const query = 'query { agents(first: 100) { nodes { id user { id email } } } }';
  const { agents } = await administer<{ agents: { nodes: Agent[] } }>(request, query, {});
  return agents.nodes;
}

let known: Agent[] | null = null;

/** Those of them who are agents take no more calls; what they have in hand is finished first. */
export async function goOffline(request: APIRequestContext, emails: string[]): Promise<void> {
  known ??= await listAgents(request);
  const agents = known.filter(({ user }) => emails.includes(user.email));
  const query = 'mutation ($input: AgentStatusSetInput!) { agentStatusSet(input: $input) { userErrors { message } } }';
  await Promise.all(agents.map(({ id }) => administer(request, query, { input: { status: 'OFFLINE', agentId: id } })));
}
