import { type APIRequestContext, expect, type Frame, type Page } from '@playwright/test';
import { administer, listAgents } from './administrator';
import { accept, goToDesk, offer, setStatus } from './centre';

export interface MadeQueue {
  id: string;
  key: string;
  name: string;
}

let made = 0;
const queues: MadeQueue[] = [];
const members: { queueId: string; agentId: string | undefined }[] = [];

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
  const queue = { id, key, name };
  queues.push(queue);
  const known = await listAgents(request);
  for (const email of agents.length > 0 ? agents : ['agent1@example.com']) {
    const agentId = known.find(({ user }) => user.email === email)?.id;
    await setMember(request, { queueId: id, agentId, tier: 1, member: true });
    members.push({ queueId: id, agentId });
  }
  return queue;
}

function setMember(request: APIRequestContext, input: object): Promise<unknown> {
  return administer(
    request,
    'mutation ($input: QueueMemberSetInput!) { queueMemberSet(input: $input) { queue { id } userErrors { message } } }',
    { input },
  );
}

/** After a test: what still waits in its queues rings nobody in the next one, and they fill no page of the board. */
export async function leaveQueues({ request }: { request: APIRequestContext }): Promise<void> {
  for (const member of members.splice(0)) await setMember(request, { ...member, member: false });
  // The newest first: one that others overflow to can't be put away.
  for (const queue of queues.splice(0).reverse()) await changeQueue(request, queue, { archived: true });
}

/** What calls can come to, by name. */
export async function findOutcome(request: APIRequestContext, name: string): Promise<string | undefined> {
  const { outcomes } = await administer<{ outcomes: { id: string; name: string }[] }>(request, 'query { outcomes { id name } }', {});
  return outcomes.find((outcome) => outcome.name === name)?.id;
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
  await goToDesk(agent);
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
