import { expect, type Page } from '@playwright/test';
import { call, createContact, ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { join } from '../people/contact';
import { expectToSeeAndHear } from '../people/media';
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
    await agent.keyboard.press('i');
    const dialog = agent.getByRole('dialog', { name: 'Ask somebody in' });
    await expect(dialog.getByRole('combobox')).toBeFocused();
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

const stage = (page: Page) => page.getByRole('list', { name: 'In the call' });
const parties = (page: Page) => page.getByRole('region', { name: 'In the call' });
const picture = (page: Page, name: string) => stage(page).getByLabel(`Picture of ${name}`);
