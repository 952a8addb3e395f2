import { expect, type Locator, type Page } from '@playwright/test';
import { lastCall, ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { accept, becomeFree, offer, setStatus, status } from '../people/centre';
import { expectToHear } from '../people/media';
import { test } from '../people/test';

const SECOND = 'agent2@example.com';

test('two colleagues talk; another time one declines, and the other reads why', async ({ user }) => {
  test.setTimeout(120_000);
  const agent = await user();
  const colleague = await user(SECOND);
  await becomeFree(colleague);

  await test.step('called without a mouse, it rings at the colleague', async () => {
    const sought = watchSearches(agent);
    await agent.keyboard.press('c');
    await choose(agent);
    // Not for every letter; on a busy machine one may be typed after a pause.
    await expect.poll(() => [...sought]).toContain('Robin');
    expect(sought.size).toBeLessThan('Robin'.length);
    await expectAccessible(agent);
    await agent.keyboard.press('Enter');
    await expect(ownCall(agent)).toContainText('Robin Agent');
    await expect(ownCall(agent)).toContainText('Ringing');
    await expect(offer(colleague)).toContainText('A colleague calls');
    await expect(offer(colleague)).toContainText('Alex Agent');
    await expectAccessible(colleague);
  });

  await test.step('both talk, until one of them hangs up', async () => {
    await accept(colleague);
    await expect(ownCall(colleague)).toContainText('Alex Agent');
    await expect(ownCall(agent)).toContainText('In call');
    await expectToHear(agent);
    await expectToHear(colleague);
    await ownCall(colleague).getByRole('button', { name: 'Hang up' }).click();
    await expect(lastCall(agent)).toContainText('Completed');
    await expect(lastCall(colleague)).toBeVisible();
  });

  await test.step('declined, the caller is told by whom and why', async () => {
    await agent.getByRole('button', { name: 'Call a colleague' }).click();
    await (await choose(agent)).getByRole('button', { name: /^Audio call/ }).click();
    await offer(colleague).getByRole('button', { name: 'Decline' }).click();
    await colleague.getByRole('menuitem', { name: 'In a conversation' }).click();
    await expect(lastCall(agent)).toContainText('Robin Agent declined: In a conversation.');
    await expect(offer(colleague)).toHaveCount(0);
  });
});

test('a colleague who is away is left a message, and hears of it', async ({ user }) => {
  test.setTimeout(150_000);
  const agent = await user();
  const colleague = await user(SECOND);
  await setStatus(colleague, 'Away: Lunch');
  await expect(status(colleague)).toHaveAccessibleName('Your status: Away: Lunch');

  await test.step('one who can’t be called can be left a message', async () => {
    await agent.getByRole('button', { name: 'Call a colleague' }).click();
    const dialog = agent.getByRole('dialog', { name: 'Call a colleague' });
    await expect(dialog.getByRole('option', { name: /Robin Agent/ })).toHaveAttribute('aria-disabled', 'true');
    await dialog.getByRole('switch', { name: 'Leave a message' }).press(' ');
    await dialog.getByRole('combobox').focus();
    await choose(agent);
    await expectAccessible(agent);
    await dialog.getByRole('button', { name: /^Leave a message/ }).click();
  });

  await test.step('after the beep it is recorded', async () => {
    await expect(ownCall(agent)).toContainText('Your message is being recorded', { timeout: 30_000 });
    await expect(offer(colleague)).toHaveCount(0);
    // The beeps of the browser's own microphone are the message; less of them than two seconds would be none.
    const begun = await clock(agent);
    await expect.poll(() => clock(agent)).toBeGreaterThanOrEqual(begun + 4);
    await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
    await expect(lastCall(agent)).toContainText('Voicemail');
  });

  await test.step('the colleague is told, and hears it', async () => {
    await expect(colleague.getByText('Alex Agent left a message', { exact: true })).toBeVisible({ timeout: 90_000 });
    await colleague.getByRole('link', { name: /^Voicemail/ }).click();
    await colleague.getByText('For me', { exact: true }).click();
    await expect(colleague).toHaveURL(/show=mine/);
    const message = colleague.getByRole('listitem').filter({ hasText: 'For Robin Agent' }).first();
    await expect(message).toContainText('Alex Agent');
    await expect(message).toContainText('Not heard yet');
    await message.getByRole('button', { name: /Alex Agent/ }).click();
    await expect(message).toContainText('Heard by Robin Agent');
  });
});

/** Chooses the other one in the dialog that is open, by typing. */
async function choose(agent: Page): Promise<Locator> {
  const dialog = agent.getByRole('dialog', { name: 'Call a colleague' });
  await expect(dialog.getByRole('combobox')).toBeFocused();
  await agent.keyboard.type('Robin');
  await expect(dialog.getByRole('option', { name: /Robin Agent/, selected: true })).toBeVisible();
  return dialog;
}

/** By which names the page asks the platform for colleagues from now on. */
function watchSearches(page: Page): Set<string> {
  const sought = new Set<string>();
  page.on('request', (request) => {
    if (!request.url().endsWith('/graphql') || request.method() !== 'POST') return;
    const { operationName, variables } = request.postDataJSON() as { operationName?: string; variables?: { free?: { search?: string } } };
    const search = variables?.free?.search;
    if (operationName === 'Colleagues' && search !== undefined) sought.add(search);
  });
  return sought;
}

/** How long the call lasts, in seconds. */
async function clock(agent: Page): Promise<number> {
  const [minutes = 0, seconds = 0] = ((await ownCall(agent).locator('time').first().textContent()) ?? '').split(':').map(Number);
  return 60 * minutes + seconds;
}
