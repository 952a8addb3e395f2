import { expect } from '@playwright/test';
import { call, createContact, lastCall, openLastCall, ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { answer, join } from '../people/contact';
import { expectToSeeAndHear } from '../people/media';
import { test } from '../people/test';

test('who refuses talks all the same, and nothing is recorded', async ({ user, somebody }) => {
  const agent = await user();
  const contact = await somebody();
  await createContact(agent, `Rita Refusal ${Date.now()}`);
  const link = await call(agent, 'Video call');
  await join(contact, link, 'no');
  await expectToSeeAndHear(agent);
  await expectToSeeAndHear(contact);
  await expect(agent.getByText('The contact refused')).toBeVisible();
  await expect(contact.getByText('Recording', { exact: true })).toHaveCount(0);

  await test.step('the link is taken while the call lasts', async () => {
    const stranger = await somebody();
    await stranger.goto(new URL(link).pathname);
    const question = stranger.getByRole('radio', { name: /No, talk without/ });
    const button = stranger.getByRole('button', { name: 'Join the call' });
    await expect(button).toBeVisible();
    if (await question.isVisible()) await question.click();
    await button.click();
    await expect(stranger.getByRole('alert')).toContainText(/open in another window/);
  });

  await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
  await expect(contact.getByText('Thank you for the call')).toBeVisible();

  await test.step('whoever was in the call reads how it ended, also after a reload', async () => {
    await contact.reload();
    await expect(contact.getByText('Thank you for the call')).toBeVisible();
    await expect(contact.getByText('The agent hung up.')).toBeVisible();
  });

  await test.step('and expired once it is over', async () => {
    const late = await somebody();
    await late.goto(new URL(link).pathname);
    await expect(late.getByText('This link can’t be used')).toBeVisible();
    await expectAccessible(late);
  });

  await openLastCall(agent);
  await expect(agent.getByText('refused the recording').first()).toBeVisible();
  await expect(agent.getByRole('button', { name: 'Play' })).toHaveCount(0);
});

test('who joins and gets no answer tries again, also after a reload', async ({ user, somebody }) => {
  const agent = await user();
  const contact = await somebody();
  await createContact(agent, `Lara Lost ${Date.now()}`);
  const link = await call(agent, 'Audio call');
  let lost = 0;
  await contact.route('**/graphql', async (route) => {
    if (lost === 2 || !route.request().postData()?.includes('callJoin')) return route.fallback();
    lost += 1;
    // The platform has done it; its answer doesn't arrive.
    await route.fetch();
    await route.abort();
  });
  await contact.goto(new URL(link).pathname);
  await contact.getByRole('radio', { name: /No, talk without/ }).click();
  const button = contact.getByRole('button', { name: 'Join the call' });
  for (const times of [1, 2]) {
    await button.click();
    await expect.poll(() => lost).toBe(times);
    await expect(contact.getByRole('alert')).toContainText(/can’t be reached/);
    await expect(button).toBeEnabled();
  }
  await contact.reload();
  await answer(contact, 'no');
  await expect(ownCall(agent)).toContainText('In call');
  await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
  await expect(contact.getByText('Thank you for the call')).toBeVisible();
});

test('a link that was never ours says so to a person', async ({ page }) => {
  await page.goto('/join/not-a-token-of-ours');
  await expect(page.getByText('This link can’t be used')).toBeVisible();
  await expectAccessible(page);
});

test('an audio call has no camera, until somebody wants one', async ({ user, somebody }) => {
  const agent = await user();
  const contact = await somebody();
  await createContact(agent, `Aud Audio ${Date.now()}`);
  await join(contact, await call(agent, 'Audio call'), 'no');
  await expect(ownCall(agent)).toContainText('In call');
  await contact.getByRole('button', { name: 'Turn camera on' }).click();
  await expectToSeeAndHear(agent);
  await contact.getByRole('button', { name: 'Hang up' }).click();
  await expect(lastCall(agent)).toContainText('Completed');
});
