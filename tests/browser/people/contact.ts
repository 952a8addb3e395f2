import { expect, type Page } from '@playwright/test';

/** Opens the link, answers the question about recording and joins. */
export async function join(page: Page, link: string, consent: 'yes' | 'no'): Promise<void> {
  await page.goto(new URL(link).pathname);
  await answer(page, consent);
}

/** The same, of one who has opened it. */
export async function answer(page: Page, consent: 'yes' | 'no'): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Alex Agent' })).toBeVisible();
  await page.getByRole('radio', { name: consent === 'yes' ? /Yes, it may/ : /No, talk without/ }).click();
  await page.getByRole('button', { name: 'Join the call' }).click();
  await expect(page.getByRole('group', { name: 'Call controls' })).toBeVisible();
}
