import { expect } from '@playwright/test';
import { createContact } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { test } from '../people/test';

test('a contact is added, found as one types, and opened', async ({ user }) => {
  const page = await user('supervisor@example.com');
  await expectAccessible(page);

  const name = `Žofie Novák-${Date.now()} فاطمة 👩‍🚀`;
  await createContact(page, name);
  await expect(page.getByText('No calls yet')).toBeVisible();
  await expectAccessible(page);

  await page.keyboard.press('/');
  await page.keyboard.type(name.slice(0, 18));
  await expect(page).toHaveURL(/\/contacts\?q=/);
  const found = page.getByRole('link', { name });
  await expect(found).toHaveCount(1);

  await test.step('on a phone, too, one sees what one types', async () => {
    const search = page.getByRole('searchbox', { name: 'Search contacts' });
    const desk = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 720 });
    await search.focus();
    await expect.poll(async () => (await search.boundingBox())?.width).toBeGreaterThan(300);
    if (desk) await page.setViewportSize(desk);
  });
  await found.press('Enter');
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
});

test('a search without a match says so and offers the next step', async ({ user }) => {
  const page = await user('supervisor@example.com');
  await page.goto('/contacts?q=nobody-is-called-so');
  await expect(page.getByText('Nobody matches')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add as a new contact' }).click();
  await expect(page.getByRole('dialog', { name: 'New contact' }).getByLabel('Name')).toHaveValue('nobody-is-called-so');
});

test('what doesn’t exist is said to a person', async ({ user }) => {
  const page = await user('supervisor@example.com');
  await page.goto('/contacts/contact_00000000000000000000000000000000');
  await expect(page.getByText('No such contact')).toBeVisible();
  await page.goto('/no/such/page');
  await expect(page.getByText('There is no such page')).toBeVisible();
});
