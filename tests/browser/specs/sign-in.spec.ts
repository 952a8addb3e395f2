import { expect, test } from '@playwright/test';
import { PASSWORD, signIn } from '../people/agent';
import { expectAccessible } from '../people/axe';

test('somebody signs in and out without a mouse', async ({ page }) => {
  await page.goto('/contacts?q=carla');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expectAccessible(page);

  // The first field has the focus already.
  await page.keyboard.type('agent2@example.com');
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');

  // It goes on where one wanted to go.
  await expect(page).toHaveURL(/\/contacts\?q=carla/);
  await expect(page.getByRole('link', { name: 'Carla Conti' })).toBeVisible();

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.getByRole('button', { name: /account/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Keys' })).toBeVisible();
  const signOut = page.getByRole('menuitem', { name: 'Sign out', exact: true });
  await expect(async () => {
    await page.keyboard.press('ArrowDown');
    await expect(signOut).toBeFocused({ timeout: 250 });
  }).toPass();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('a wrong password is said, without saying which of the two was wrong', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('agent2@example.com');
  await page.getByLabel('Password', { exact: true }).fill('not this one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText(/wrong/i);
});

test('a reload keeps the session, in every tab', async ({ page, context }) => {
  await signIn(page, 'agent2@example.com');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Contacts' })).toBeVisible();
  const other = await context.newPage();
  await other.goto('/calls');
  await expect(other.getByRole('heading', { name: 'Calls', level: 1 })).toBeVisible();

  await page.bringToFront();
  await page.getByRole('button', { name: /account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});
