import { expect, type Page } from '@playwright/test';
import { call, createContact, openLastCall, ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { join } from '../people/contact';
import { PHONE, test } from '../people/test';

test('agent and contact write to each other; what was sent is there after a reload, what was not waits for its time', async ({ user, somebody }) => {
  test.setTimeout(120_000);
  const agent = await user();
  const contact = await somebody(PHONE);
  await createContact(agent, `Chloe Chat ${Date.now()}`);
  await join(contact, await call(agent, 'Audio call'), 'no');
  await expect(ownCall(agent)).toContainText('In call');

  await test.step('the contact writes, and the agent sees that something is there', async () => {
    await contact.getByRole('button', { name: 'Chat' }).click();
    await write(contact, 'My number is <b>4711</b>, see https://example.com/order?id=4711.');
    await expect(ownCall(agent).getByRole('button', { name: 'Chat, 1 unread' })).toBeVisible();
    await ownCall(agent).getByRole('button', { name: 'Chat, 1 unread' }).click();
    // Only the address means something.
    await expect(log(agent)).toContainText('My number is <b>4711</b>');
    await expect(log(agent).getByRole('link')).toHaveAttribute('href', 'https://example.com/order?id=4711');
    await expect(ownCall(agent).getByRole('button', { name: 'Chat', exact: true })).toBeVisible();
    await expectAccessible(agent);
    await expectAccessible(contact);
  });

  await test.step('a picture goes the other way', async () => {
    await agent.locator('input[type=file]').setInputFiles({ name: 'plan.png', mimeType: 'image/png', buffer: PICTURE });
    const picture = log(contact).getByRole('img', { name: 'plan.png' });
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  });

  await test.step('what can’t be sent says so, and goes as soon as it can', async () => {
    await contact.context().setOffline(true);
    await write(contact, 'Are you there?');
    await expect(log(contact).getByRole('alert')).toContainText('Not sent');
    await contact.context().setOffline(false);
    await expect(log(contact).getByRole('alert')).toHaveCount(0);
    await expect(log(agent)).toContainText('Are you there?');
  });

  await test.step('all of it is there after a reload, and after the call', async () => {
    await contact.reload();
    await contact.getByRole('button', { name: /^Chat/ }).click();
    await expect(log(contact).getByRole('listitem')).toHaveCount(3);
    await expect(log(contact)).toContainText('Are you there?');
    await contact.getByRole('button', { name: 'Close the chat' }).click();
    await contact.getByRole('button', { name: 'Hang up' }).click();
    await openLastCall(agent);
    await expect(log(agent).getByRole('listitem')).toHaveCount(3);
    await expectAccessible(agent);
  });
});

const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const log = (page: Page) => page.getByRole('log', { name: 'Chat' });

async function write(page: Page, words: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(words);
  await page.keyboard.press('Enter');
}
