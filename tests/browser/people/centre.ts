import { expect, type Page } from '@playwright/test';
import { ownCall } from './agent';

export interface Queue {
  name: string;
  key: string;
}

/** An open queue with these agents in it, set up by hand as an administrator does. */
export async function createQueue(admin: Page, name: string, agents: string[]): Promise<Queue> {
  await admin.goto('/settings/queues');
  await admin.getByRole('button', { name: 'New queue' }).click();
  const dialog = admin.getByRole('dialog', { name: 'New queue' });
  await dialog.getByLabel('Name').fill(name);
  const key = await dialog.getByLabel('Address').inputValue();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(admin.getByRole('heading', { name, level: 2 })).toBeVisible();
  for (const agent of agents) {
    await admin.getByRole('combobox', { name: 'Add an agent' }).fill(agent);
    await admin.getByRole('option', { name: agent }).click();
    await expect(admin.getByLabel(`Tier of ${agent}`)).toBeVisible();
  }
  return { name, key };
}

/** Saves what was changed on a queue's page. The word on it may still stand there from the last time: the button goes. */
export async function saveQueue(admin: Page): Promise<void> {
  const save = admin.getByRole('button', { name: 'Save', exact: true });
  await save.click();
  await expect(save).toHaveCount(0);
  await expect(admin.getByText('It is in force now')).toBeVisible();
}

export const status = (page: Page) => page.getByRole('button', { name: /^Your status/ });

export async function setStatus(page: Page, words: string): Promise<void> {
  await status(page).click();
  await page.getByRole('menuitem', { name: words, exact: true }).click();
  await expect(page.getByRole('menu')).toHaveCount(0);
}

export async function goToDesk(agent: Page): Promise<void> {
  await agent.getByRole('link', { name: 'Desk', exact: true }).click();
  await expect(agent.getByRole('heading', { name: 'Desk', level: 1 })).toBeVisible();
}

/** Free from this moment on: whoever becomes so first is idle the longest. */
export async function becomeFree(agent: Page): Promise<void> {
  await goToDesk(agent);
  await setStatus(agent, 'Offline');
  await expect(status(agent)).toHaveAccessibleName('Your status: Offline');
  await setStatus(agent, 'Available');
  await expect(status(agent)).toHaveAccessibleName('Your status: Available');
}

export const offer = (page: Page) => page.getByRole('alertdialog');

/** Accepts what rings; ends in the call. */
export async function accept(page: Page): Promise<void> {
  await expect(async () => {
    // Accepted by the last try, which didn't wait long enough for the call.
    if (!(await ownCall(page).isVisible())) await offer(page).getByRole('button', { name: /^Accept/ }).click({ timeout: 1_000 });
    await expect(ownCall(page)).toBeVisible({ timeout: 5_000 });
  }).toPass();
}

/** Calls the queue from its public page and waits in line. */
export async function enterQueue(contact: Page, queue: Queue, name: string, subject?: string): Promise<void> {
  await contact.goto(`/q/${queue.key}`);
  await contact.getByLabel('Your name').fill(name);
  if (subject !== undefined) await contact.getByLabel('What is it about?').fill(subject);
  const refusal = contact.getByRole('radio', { name: /No, talk without/ });
  if (await refusal.isVisible()) await refusal.click();
  await contact.getByRole('button', { name: 'Continue' }).click();
  await contact.getByRole('button', { name: 'Call now' }).click();
  await expect(contact.getByRole('region', { name: 'Your place in line' }).or(contact.getByRole('status', { name: 'Your place in line' }))).toBeVisible();
}
