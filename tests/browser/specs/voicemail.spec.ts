import { expect } from '@playwright/test';
import { expectAccessible } from '../people/axe';
import { leaveQueues, makeQueue } from '../people/queue';
import { test } from '../people/test';

const SMALL = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

test.afterEach(leaveQueues);

test('after closing time a contact leaves a message; an agent hears it and calls back', async ({ user, somebody, request }) => {
  test.setTimeout(240_000);
  const caller = `Vera Voice ${Date.now()}`;
  const inTwoDays = new Date(Date.now() + 2 * 86_400_000);
  const day = inTwoDays.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }).toUpperCase();
  const hours = { timeZone: 'UTC', weekly: [{ day, from: '09:00', to: '17:00' }], holidays: [] };
  const queue = await makeQueue(request, `After hours ${Date.now()}`, { hours, voicemail: true });
  const agent = await user();
  const contact = await somebody(SMALL);
  await contact.goto(`/q/${queue.key}`);

  await test.step('closed, but a message can be left; what becomes of it is read first', async () => {
    await expect(contact.getByRole('heading', { name: `${queue.name} is closed` })).toBeVisible();
    await expectAccessible(contact);
    await contact.getByRole('button', { name: 'Leave a message' }).click();
    await contact.getByLabel('Your name').fill(caller);
    await contact.getByLabel('E-mail').fill(`vera-${Date.now()}@example.com`);
    await contact.getByRole('button', { name: 'Continue' }).click();
    await expect(contact.getByText(/Your message is recorded/)).toBeVisible();
    await expectAccessible(contact);
  });

  await test.step('after the beep it is recorded, with the time that is left', async () => {
    await contact.getByRole('button', { name: 'Leave a message' }).click();
    const message = contact.getByRole('region', { name: 'Your message' });
    await expect(message).toContainText('Speak now');
    await expect(message.locator('time')).toHaveText(/^2:[3-5]\d$/);
    await expectAccessible(contact);
    // The beeps of the browser's own microphone are the message.
    await expect(message.locator('time')).toHaveText(/^2:([0-4]\d|5[0-5])$/);
    await contact.getByRole('button', { name: 'Done' }).click();
    await expect(contact.getByRole('heading', { name: 'Thank you for your message' })).toBeVisible();
    await expectAccessible(contact);
  });

  await test.step('it arrives as a notification, and stands unheard in the list', async () => {
    await expect(agent.getByText(`${caller} left a message`)).toBeVisible({ timeout: 90_000 });
    await agent.getByRole('link', { name: /^Voicemail/ }).click();
    await agent.getByText('Not heard', { exact: true }).click();
    await expect(agent).toHaveURL(/show=unheard/);
    await expect(agent.getByRole('listitem').filter({ hasText: caller })).toContainText(`For ${queue.name}`);
  });

  await test.step('an agent plays it: that is seen by everybody', async () => {
    const item = agent.getByRole('listitem').filter({ hasText: caller });
    await item.getByRole('button', { name: new RegExp(caller) }).click();
    await expect(item.getByRole('button', { name: 'Pause' })).toBeVisible();
    await expect(item.getByRole('slider', { name: 'Position in the message' })).toHaveAttribute('aria-valuenow', /^[1-9]/);
    await expect(item).toContainText('Heard by Alex Agent');
    await expectAccessible(agent);
  });

  await test.step('it stands on the call’s page and in the contact’s timeline, and the contact is called back', async () => {
    const item = agent.getByRole('listitem').filter({ hasText: caller });
    await item.getByRole('link', { name: 'All about this call' }).click();
    await expect(agent.getByRole('region', { name: 'Voicemail' })).toContainText('Heard by Alex Agent');
    await agent.getByRole('heading', { name: caller, level: 1 }).getByRole('link').click();
    await agent.getByRole('region', { name: 'Timeline' }).getByRole('link', { name: 'Message', exact: true }).click();
    await item.getByRole('button', { name: `Call ${caller} back` }).click();
    await expect(agent.getByLabel('Link for the contact')).toBeVisible();
    await agent.getByRole('region', { name: 'Your call' }).getByRole('button', { name: 'Hang up' }).click();
  });
});

test('a contact in line leaves a message instead of waiting', async ({ somebody, request }) => {
  const queue = await makeQueue(request, `Busy ${Date.now()}`, { voicemail: true });
  const contact = await somebody(SMALL);
  await contact.goto(`/q/${queue.key}`);
  await contact.getByLabel('Your name').fill('Wim Wish');
  const yes = contact.getByRole('radio', { name: /Yes, it may/ });
  if (await yes.isVisible()) await yes.click();
  await contact.getByRole('button', { name: 'Continue' }).click();
  await contact.getByRole('button', { name: 'Call now' }).click();
  await contact.getByRole('button', { name: 'Leave a message' }).click();
  await contact.getByRole('dialog').getByRole('button', { name: 'Leave a message' }).click();
  await expect(contact.getByRole('region', { name: 'Your message' })).toContainText('Speak now', { timeout: 30_000 });
  await expect(contact.getByRole('button', { name: 'Leave the line' })).toHaveCount(0);
  // The beeps of the browser's own microphone are the message; less of them than two seconds would be none.
  await expect(contact.getByRole('region', { name: 'Your message' }).locator('time')).toHaveText(/^2:([0-4]\d|5[0-5])$/);
  await contact.getByRole('button', { name: 'Done' }).click();
  await expect(contact.getByRole('heading', { name: 'Thank you for your message' })).toBeVisible();
});

test('one who waited too long is asked before a message is recorded', async ({ somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, `Nobody ${Date.now()}`, { voicemail: true, maxWaitSeconds: 5, overflow: { kind: 'VOICEMAIL' } });
  const contact = await somebody(SMALL);
  await contact.goto(`/q/${queue.key}`);
  await contact.getByLabel('Your name').fill('Otto Overflow');
  const no = contact.getByRole('radio', { name: /No, talk/ });
  await contact.getByRole('button', { name: 'Continue' }).click();
  if (await no.isVisible()) await contact.getByRole('radio', { name: /Yes, it may/ }).click();
  await contact.getByRole('button', { name: 'Continue' }).click();
  await contact.getByRole('button', { name: 'Call now' }).click();
  const message = contact.getByRole('region', { name: 'Your message' });
  await expect(message).toContainText('Speak now', { timeout: 40_000 });
  await expect(message.locator('time')).toHaveText(/^2:([0-4]\d|5[0-5])$/);
  await contact.getByRole('button', { name: 'Done' }).click();
  await expect(contact.getByRole('heading', { name: 'Thank you for your message' })).toBeVisible();
});
