import { expect, type Locator, type Page } from '@playwright/test';
import { ownCall, says } from '../people/agent';
import { becomeFree, enterQueue, offer, status } from '../people/centre';
import { expectToHear } from '../people/media';
import { leaveQueues, makeQueue } from '../people/queue';
import { PHONE, test } from '../people/test';

test.afterEach(leaveQueues);

test('an agent takes a call, leads it and wraps it up without a mouse', async ({ user, somebody, request }) => {
  test.setTimeout(180_000);
  const caller = `Kay Keyboard ${Date.now()}`;
  const queue = await makeQueue(request, 'Keys', { wrapUpSeconds: 120 });
  // Two to choose from.
  await becomeFree(await user('agent2@example.com'));
  await becomeFree(await user('supervisor@example.com'));
  const contact = await somebody(PHONE);
  const agent = await user();

  await test.step('available, and the call that rings is accepted', async () => {
    await expect(status(agent)).toBeVisible();
    await agent.keyboard.press('a');
    await expect(status(agent)).toHaveAccessibleName('Your status: Available');
    await enterQueue(contact, queue, caller);
    await expect(offer(agent)).toContainText(caller);
    await expect(offer(agent)).toBeFocused();
    // Enter in whatever was being typed must not accept: the card is deaf for a moment.
    await expect(async () => {
      await agent.keyboard.press('Enter');
      await expect(ownCall(agent)).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await expect(ownCall(agent)).toContainText('In call');
    await expectToHear(contact);
  });

  await test.step('muted, and heard again', async () => {
    const others = contact.getByRole('list', { name: 'In the call' });
    await agent.keyboard.press('m');
    await expect(others).toContainText('Muted');
    await agent.keyboard.press('m');
    await expect(others).not.toContainText('Muted');
  });

  await test.step('on hold, and back', async () => {
    await agent.keyboard.press('h');
    await expect(says(agent)).toHaveText(`On hold. ${caller} hears music.`);
    await expect(contact.getByText('You are on hold and hear music')).toBeVisible();
    await agent.keyboard.press('h');
    await expect(contact.getByText('You are on hold')).toHaveCount(0);
    await expect(ownCall(agent).getByRole('button', { name: 'Hold' })).toBeVisible();
  });

  await test.step('a colleague is sought, but not asked: Escape closes the dialog and nothing else', async () => {
    await agent.keyboard.press('t');
    const dialog = agent.getByRole('dialog', { name: `Transfer ${caller}` });
    const chosen = (name: RegExp) => dialog.getByRole('option', { name, selected: true });
    await expect(dialog.getByRole('combobox')).toBeFocused();
    await agent.keyboard.type('r');
    await expect(dialog.getByRole('option', { name: /Sam Supervisor/ })).toHaveAttribute('aria-disabled', 'false');
    await expect(chosen(/Robin Agent/)).toBeVisible();
    await agent.keyboard.press('ArrowDown');
    await expect(chosen(/Sam Supervisor/)).toBeVisible();
    await agent.keyboard.press('ArrowUp');
    await expect(chosen(/Robin Agent/)).toBeVisible();
    await agent.keyboard.press('Tab');
    await agent.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(agent.getByRole('region', { name: 'Full call' })).toBeVisible();
  });

  await test.step('hung up, and the form is filled in', async () => {
    // The bar is the last thing on the page.
    await press(agent, 'Shift+Tab', ownCall(agent).getByRole('button', { name: 'Hang up' }));
    await agent.keyboard.press('Enter');
    const form = agent.getByRole('region', { name: 'Wrap-up of the call' });
    const outcomes = form.getByRole('radio');
    await expect(outcomes.first()).toBeFocused();
    await agent.keyboard.press('Space');
    await expect(outcomes.first()).toBeChecked();
    await agent.keyboard.press('ArrowRight');
    await expect(outcomes.nth(1)).toBeChecked();
    await agent.keyboard.press('Tab');
    await expect(form.getByLabel('Note')).toBeFocused();
    await agent.keyboard.type('Asked for the price list.');
    await press(agent, 'Tab', form.getByLabel('Follow-up task'));
    await agent.keyboard.type('Send the price list');
    await agent.keyboard.press('Control+Enter');
    await expect(agent.getByText('Follow-up noted: Send the price list')).toBeVisible();
    await expect(form).toHaveCount(0);
    await expect(status(agent)).toHaveAccessibleName('Your status: Available');
    await expect(contact.getByText('Thank you for the call')).toBeVisible();
  });
});

/** As often as it takes to come there; it is a few steps away. */
async function press(page: Page, key: string, there: Locator): Promise<void> {
  for (let steps = 0; steps < 10; steps += 1) {
    await page.keyboard.press(key);
    if (await there.evaluate((element) => element === document.activeElement)) return;
  }
  await expect(there).toBeFocused({ timeout: 1 });
}
