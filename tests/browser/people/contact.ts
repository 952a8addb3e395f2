import { expect, type Page } from '@playwright/test';

/** Once somebody has refused, nobody who comes later is asked. */
type Consent = 'yes' | 'no' | 'not asked';

/** Opens the link, answers the question about recording and joins. */
export async function join(page: Page, link: string, consent: Consent): Promise<void> {
  await page.goto(new URL(link).pathname);
  await answer(page, consent);
}

/** The same, of one who has opened it. */
export async function answer(page: Page, consent: Consent): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Alex Agent' })).toBeVisible();
  if (consent !== 'not asked') {
    await page.getByRole('radio', { name: consent === 'yes' ? /Yes, it may/ : /No, talk without/ }).click();
  }
  await page.getByRole('button', { name: 'Join the call' }).click();
  await expect(page.getByRole('group', { name: 'Call controls' })).toBeVisible();
}
