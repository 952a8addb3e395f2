import { expect } from '@playwright/test';
import { createContact } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { test } from '../people/test';

test('a contact is added, found as one types, and opened', async ({ user }) => {
  const page = await user('supervisor@example.com');
  await expectAccessible(page);

  const name = `Žofie Novák-${Date.now()} فاطمة 👩‍🚀`;
  await createContact(page, name);
  await expect(page.getByText('Nothing here yet')).toBeVisible();
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

  await test.step('a note is saved as it is typed; what could not be is there after a reload', async () => {
    const field = page.getByRole('textbox', { name: 'New note' });
    let away = true;
    await page.route('**/graphql', async (route) => {
      if (away && route.request().postData()?.includes('mutation NoteCreate(')) await route.abort();
      else await route.fallback();
    });
    await field.fill('Likes to be called before noon.');
    await expect(page.getByText('kept here until it can be saved')).toBeVisible();
    await page.reload();
    await expect(field).toHaveValue('Likes to be called before noon.');
    away = false;
    await expect(page.getByRole('region', { name: 'Notes', exact: true })).toContainText('Likes to be called before noon.');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Another note' }).click();
    await expect(field).toHaveValue('');
    await expect(field).toBeFocused();
  });
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
