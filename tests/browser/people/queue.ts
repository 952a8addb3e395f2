import { type APIRequestContext, expect, type Frame, type Page } from '@playwright/test';
import { PASSWORD } from './agent';
import { accept, offer, setStatus } from './centre';

export interface MadeQueue {
  id: string;
  key: string;
  name: string;
}

/** An access token lives ten minutes, and all tests together take longer. */
const TOKEN_MS = 5 * 60_000;
let administrator: { token: string; at: number } | null = null;
let made = 0;
const members: { queueId: string; agentId: string | undefined }[] = [];

/** What an administrator does over the public schema. */
async function administer<Answer>(request: APIRequestContext, query: string, variables: object): Promise<Answer> {
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

/** A queue of the test's own, taken care of by these agents, or the first one. An offer rings for as long as a busy machine may need to look at it. */
export async function makeQueue(request: APIRequestContext, name: string, settings: object = {}, ...agents: string[]): Promise<MadeQueue> {
  made += 1;
  const key = `test-${Date.now()}-${made}`;
  const input = { key, name, wrapUpSeconds: 0, offerSeconds: 120, media: ['AUDIO', 'VIDEO'], ...settings };
  const { queueCreate } = await administer<{ queueCreate: { queue: { id: string } } }>(
    request,
    'mutation ($input: QueueCreateInput!) { queueCreate(input: $input) { queue { id } userErrors { message } } }',
    { input },
  );
  const { id } = queueCreate.queue;
  const known = await administer<{ agents: { nodes: { id: string; user: { email: string } }[] } }>(
    request,
    'query { agents(first: 100) { nodes { id user { email } } } }',
    {},
  );
  for (const email of agents.length > 0 ? agents : ['agent1@example.com']) {
    const agentId = known.agents.nodes.find(({ user }) => user.email === email)?.id;
    await setMember(request, { queueId: id, agentId, tier: 1, member: true });
    members.push({ queueId: id, agentId });
  }
  return { id, key, name };
}

function setMember(request: APIRequestContext, input: object): Promise<unknown> {
  return administer(
    request,
    'mutation ($input: QueueMemberSetInput!) { queueMemberSet(input: $input) { queue { id } userErrors { message } } }',
    { input },
  );
}

/** After a test: what still waits in its queues rings nobody in the next one. */
export async function leaveQueues({ request }: { request: APIRequestContext }): Promise<void> {
  for (const member of members.splice(0)) await setMember(request, { ...member, member: false });
}

export async function changeQueue(request: APIRequestContext, { id }: MadeQueue, change: object): Promise<void> {
  await administer(
    request,
    'mutation ($input: QueueUpdateInput!) { queueUpdate(input: $input) { queue { id } userErrors { message } } }',
    { input: { queueId: id, ...change } },
  );
}

/** The page of a queue, by itself or in a frame of another site's. */
export type QueuePage = Page | Frame;

/** Says who calls, checks the microphone and asks for the call; ends in line. */
export async function askForCall(page: QueuePage, name: string): Promise<void> {
  await requestCall(page, name);
  await expect(page.getByRole('button', { name: 'Leave the line' })).toBeVisible();
}

/** The same, whatever comes of it. */
export async function requestCall(page: QueuePage, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  const refuse = page.getByRole('radio', { name: /No, talk without/ });
  if (await refuse.isVisible()) await refuse.click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('meter')).toBeVisible();
  await page.getByRole('button', { name: 'Call now' }).click();
}

/** The agent is there, and takes that contact's call as it comes. */
export async function takeCallOf(agent: Page, contact: string): Promise<void> {
  await agent.goto('/desk');
  await setStatus(agent, 'Available');
  await expect(offer(agent)).toContainText(contact);
  await accept(agent);
}

export async function rate(page: QueuePage, stars: number, words: string): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Thank you for the call' })).toBeVisible();
  // As from a keyboard: the stars themselves are drawn over the radios.
  await page.getByRole('radio', { name: new RegExp(`^${stars} of 5`) }).press(' ');
  await page.getByLabel('Would you like to add something?').fill(words);
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('Thank you, that helps us.')).toBeVisible();
}
