import { expect } from '@playwright/test';
import { call, createContact, ownCall, says } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { accept, becomeFree, offer, setStatus } from '../people/centre';
import { join } from '../people/contact';
import { expectSilence, expectToHear } from '../people/media';
import { leaveQueues, makeQueue } from '../people/queue';
import { PHONE, test } from '../people/test';

const SECOND = 'agent2@example.com';

test.afterEach(leaveQueues);

test('a call is held, talked over with a colleague, talked among three, and handed over', async ({ user, somebody }) => {
  test.setTimeout(180_000);
  const name = `Wanda Warm ${Date.now()}`;
  const agent = await user();
  const colleague = await user(SECOND);
  const contact = await somebody(PHONE);
  await becomeFree(colleague);
  await createContact(agent, name);
  await join(contact, await call(agent, 'Audio call'), 'no');
  await expect(ownCall(agent)).toContainText('In call');
  await expectToHear(agent);

  await test.step('on hold, by a key', async () => {
    await agent.keyboard.press('h');
    await expect(says(agent)).toHaveText(`On hold. ${name} hears music.`);
    await expect(contact.getByText('You are on hold and hear music')).toBeVisible();
    await expectToHear(contact);
    await expectSilence(agent);
    await expectAccessible(agent);
    await expectAccessible(contact);
    await agent.keyboard.press('h');
    await expect(contact.getByText('You are on hold')).toHaveCount(0);
    await expectToHear(agent);
  });

  await test.step('a colleague who is free is asked, without a mouse', async () => {
    await agent.keyboard.press('t');
    const dialog = agent.getByRole('dialog', { name: `Transfer ${name}` });
    await expect(dialog.getByRole('combobox')).toBeFocused();
    await agent.keyboard.type('Robin');
    await expect(dialog.getByRole('option', { name: /Robin Agent/, selected: true })).toBeVisible();
    await expectAccessible(agent);
    await agent.keyboard.press('Enter');
    await expect(says(agent)).toHaveText(`Asking Robin Agent. ${name} hears music.`);
    await expect(offer(colleague)).toContainText('Transfer from Alex Agent');
    await expect(offer(colleague)).toContainText(name);
    await expect(offer(colleague)).toContainText('talks with you first');
    await expectAccessible(colleague);
    await accept(colleague);
  });

  await test.step('the two talk while the contact hears music', async () => {
    await expect(says(agent)).toHaveText(`You and Robin Agent talk. ${name} hears music.`);
    await expect(says(colleague)).toHaveText(`You and Alex Agent talk. ${name} hears music.`);
    await expectToHear(colleague);
    await expect(contact.getByText('You are on hold and hear music')).toBeVisible();
    await expectAccessible(agent);
  });

  await test.step('the agent turns to the contact, and back; then all three talk', async () => {
    await agent.keyboard.press('h');
    await expect(says(agent)).toHaveText(`You and ${name} talk. Robin Agent hears music.`);
    await expect(contact.getByText('You are on hold')).toHaveCount(0);
    await agent.keyboard.press('g');
    await expect(says(colleague)).toHaveText(`You, Alex Agent and ${name} talk.`);
    await expect(contact.getByRole('list', { name: 'In the call' }).getByRole('listitem')).toHaveCount(2);
    await expectToHear(contact);
  });

  await test.step('handed over: the colleague and the contact go on', async () => {
    await agent.keyboard.press('t');
    await expect(ownCall(agent)).toHaveCount(0);
    await expect(ownCall(colleague)).toContainText('In call');
    await expectToHear(colleague);
    await expectToHear(contact);
    await expect(contact.getByRole('heading', { name: 'Call with Robin Agent' })).toBeAttached();
    await contact.getByRole('button', { name: 'Hang up' }).click();
    await setStatus(colleague, 'Offline');
  });
});

test('a call that nobody of another queue takes is with the agent again', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const name = `Bea Blind ${Date.now()}`;
  const queue = await makeQueue(request, `Billing ${Date.now()}`, { maxWaitSeconds: 15 }, SECOND);
  const agent = await user();
  const contact = await somebody(PHONE);
  await createContact(agent, name);
  await join(contact, await call(agent, 'Audio call'), 'no');
  await expect(ownCall(agent)).toContainText('In call');

  await agent.getByRole('button', { name: 'Transfer', exact: true }).click();
  const dialog = agent.getByRole('dialog', { name: `Transfer ${name}` });
  await expect(dialog.getByRole('option', { name: /Robin Agent/ })).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByRole('tab', { name: 'Queues' }).click();
  await dialog.getByRole('combobox').fill(queue.name);
  await expect(dialog.getByRole('option', { name: new RegExp(queue.name), selected: true })).toContainText('nobody free');
  await expectAccessible(agent);
  await dialog.getByRole('button', { name: 'Put in the queue' }).click();
  await expect(says(agent)).toHaveText(`${name} waits in ${queue.name}.`);
  await expect(contact.getByRole('note')).toContainText(`You were transferred to ${queue.name}`);
  await expectToHear(contact);

  await expect(agent.getByText(`${name} is back with you`)).toBeVisible({ timeout: 40_000 });
  await expect(ownCall(agent)).toContainText('In call');
  await expect(contact.getByRole('group', { name: 'Call controls' })).toBeVisible();
  await expectToHear(agent);
  await expectToHear(contact);
  await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
});
