import { expect, type Page } from '@playwright/test';

export const PASSWORD = 'cordboard-demo';

/** Signs in as a person does, unless the browser still knows them; ends on the contacts. */
export async function signIn(page: Page, email: string, known = false): Promise<void> {
  await page.goto('/contacts');
  if (!known) {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  await expect(page.getByRole('heading', { name: 'Contacts' })).toBeVisible();
}

/** A contact of the test's own, so that nothing is left over from another one. */
export async function createContact(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New contact' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New contact' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

/** Calls the contact whose page is open; returns the link to send. */
export async function call(page: Page, kind: 'Video call' | 'Audio call'): Promise<string> {
  await page.getByRole('button', { name: kind }).click();
  const link = page.getByLabel('Link for the contact');
  await expect(link).toBeVisible();
  return link.inputValue();
}

export const ownCall = (page: Page) => page.getByRole('region', { name: 'Your call' });

/** What is left of it on the bar for a moment. */
export const lastCall = (page: Page) => page.getByRole('region', { name: 'Your last call' });

/** What stands above the stage of a call that is held or transferred. */
export const says = (page: Page) => page.getByRole('region', { name: 'Full call' }).getByRole('status').first();

export async function openLastCall(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Open the call' }).click();
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
}
