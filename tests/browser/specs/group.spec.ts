import { expect, type Locator, type Page } from '@playwright/test';
import { call, createContact, lastCall, ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { accept, becomeFree, offer } from '../people/centre';
import { join } from '../people/contact';
import { expectToHear, expectToSeeAndHear } from '../people/media';
import { PHONE, test } from '../people/test';

test('a guest joins a call in progress, is seen under the right name by both, and is put out', async ({ user, somebody }) => {
  test.setTimeout(120_000);
  const name = `Grace Group ${Date.now()}`;
  const agent = await user();
  const contact = await somebody(PHONE);
  const guest = await somebody();
  await createContact(agent, name);
  await join(contact, await call(agent, 'Video call'), 'no');
  await expectToSeeAndHear(agent);

  const link = await test.step('the agent makes a link for the guest', async () => {
    const dialog = await askIn(agent);
    await expectAccessible(agent);
    await dialog.getByRole('tab', { name: 'Guest' }).click();
    await dialog.getByLabel('Name').fill('Gus Guest');
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    const made = await dialog.getByLabel('Link for Gus Guest').inputValue();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await expect(parties(agent)).toContainText('Gus Guest');
    await expect(parties(agent)).toContainText('Guest · Invited');
    return made;
  });

  await test.step('the guest joins: three see and hear one another', async () => {
    await join(guest, link, 'not asked');
    for (const [page, others] of [
      [agent, [name, 'Gus Guest']],
      [contact, ['Alex Agent', 'Gus Guest']],
      [guest, ['Alex Agent', name]],
    ] as const) {
      await expect(stage(page).getByRole('listitem')).toHaveCount(2);
      for (const other of others) await expect(picture(page, other)).toBeVisible();
    }
    await expectToSeeAndHear(contact);
    await expectToSeeAndHear(guest);
    await expectAccessible(agent);
    await expectAccessible(contact);
  });

  await test.step('the contact turns the camera off: the right tile loses its picture', async () => {
    await contact.getByRole('button', { name: 'Turn camera off' }).click();
    await expect(picture(agent, name)).toBeHidden();
    await expect(picture(agent, 'Gus Guest')).toBeVisible();
    await expect(stage(guest).getByRole('listitem').filter({ hasText: name })).toContainText('camera off');
  });

  await test.step('put out, the guest is gone and the call goes on', async () => {
    await parties(agent).getByRole('button', { name: 'What to do with Gus Guest' }).click();
    await agent.getByRole('menuitem', { name: 'Put out of the call' }).click();
    await expect(stage(agent).getByRole('listitem')).toHaveCount(1);
    await expect(guest.getByRole('group', { name: 'Call controls' })).toHaveCount(0);
    await expect(ownCall(agent)).toContainText('camera off');
    await contact.getByRole('button', { name: 'Turn camera on' }).click();
    await expectToSeeAndHear(agent);
    await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
    await expect(contact.getByText('Thank you for the call')).toBeVisible();
  });
});

test('colleagues and contacts come and go while the call goes on, until it is ended for all', async ({ user, somebody }) => {
  test.setTimeout(180_000);
  const name = `Greta Group ${Date.now()}`;
  const agent = await user();
  const colleague = await user('agent2@example.com');
  const contact = await somebody(PHONE);
  const second = await somebody(PHONE);
  await becomeFree(colleague);
  await createContact(agent, name);
  await join(contact, await call(agent, 'Audio call'), 'no');
  await expect(ownCall(agent)).toContainText('In call');

  await test.step('a colleague who is no longer asked hears no bell', async () => {
    await askColleagueAtOnce(agent);
    await expect(offer(colleague)).toContainText('Invitation from Alex Agent');
    await expect(offer(colleague)).toContainText(`Alex Agent asks you to join the call with ${name}.`);
    await expect(parties(agent)).toContainText('Colleague · Being asked');
    await parties(agent).getByRole('button', { name: 'No longer ask Robin Agent' }).click();
    await expect(offer(colleague)).toHaveCount(0);
    await expect(colleague.getByText(`${name} rings no more`)).toBeVisible();
    await expect(parties(agent)).toHaveCount(0);
  });

  const link = await test.step('another contact gets a link', async () => {
    const dialog = await askIn(agent);
    await dialog.getByRole('tab', { name: 'Contact' }).click();
    await dialog.getByRole('combobox').fill('Hiroshi');
    await expect(dialog.getByRole('option', { name: /Hiroshi Tanaka/, selected: true })).toBeVisible();
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    const made = await dialog.getByLabel('Link for Hiroshi Tanaka').inputValue();
    await dialog.getByRole('button', { name: 'Done' }).click();
    return made;
  });

  await test.step('which the agent still has after a reload', async () => {
    agent.once('dialog', (question) => void question.accept());
    await agent.reload();
    await expect(ownCall(agent)).toContainText('In call');
    await expect(parties(agent).getByLabel('Link for Hiroshi Tanaka')).toHaveValue(link);
  });

  await test.step('that contact joins, and hangs up: the others go on', async () => {
    await join(second, link, 'not asked');
    await expect(stage(second).getByRole('listitem')).toHaveCount(2);
    await expect(stage(agent).getByRole('listitem')).toHaveCount(2);
    await expectToHear(second);
    await second.getByRole('button', { name: 'Hang up' }).click();
    await expect(second.getByRole('heading', { name: 'You have left the call' })).toBeVisible();
    await expect(second.getByText('The others go on.')).toBeVisible();
    await expect(stage(agent).getByRole('listitem')).toHaveCount(1);
    await expectToHear(agent);
    await expectToHear(contact);
  });

  await test.step('the colleague is asked again, and comes', async () => {
    await askColleague(agent);
    await expect(offer(colleague)).toBeVisible();
    await accept(colleague);
    await expect(stage(colleague).getByRole('listitem')).toHaveCount(2);
    await expect(stage(contact).getByRole('listitem')).toHaveCount(2);
    await expectToHear(colleague);
    await expectToHear(contact);
  });

  await test.step('ended for all, it is over for everybody', async () => {
    await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
    await expect(agent.getByRole('menuitem', { name: `Leave: ${name} and Robin Agent go on` })).toBeVisible();
    await agent.getByRole('menuitem', { name: 'End the call for all' }).click();
    await expect(contact.getByText('Thank you for the call')).toBeVisible();
    await expect(lastCall(colleague)).toContainText('Completed');
    await expect(lastCall(agent)).toBeVisible();
  });
});

async function askIn(agent: Page): Promise<Locator> {
  await agent.keyboard.press('i');
  const dialog = agent.getByRole('dialog', { name: 'Ask somebody in' });
  await expect(dialog.getByRole('combobox')).toBeFocused();
  return dialog;
}

async function askColleague(agent: Page): Promise<void> {
  const dialog = await askIn(agent);
  await agent.keyboard.type('Robin');
  await expect(dialog.getByRole('option', { name: /Robin Agent/, selected: true })).toBeVisible();
  await agent.keyboard.press('Enter');
}

/** The same, in less time than the list takes to come. */
async function askColleagueAtOnce(agent: Page): Promise<void> {
  let answer = (): void => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await agent.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('query Colleagues')) await asked;
    await route.fallback();
  });
  const dialog = await askIn(agent);
  await agent.keyboard.type('Robin');
  await agent.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  answer();
  await expect(dialog).toHaveCount(0);
  await agent.unrouteAll({ behavior: 'wait' });
}

const stage = (page: Page) => page.getByRole('list', { name: 'In the call' });
const parties = (page: Page) => page.getByRole('region', { name: 'In the call' });
const picture = (page: Page, name: string) => stage(page).getByLabel(`Picture of ${name}`);
