import { expect } from '@playwright/test';
import { ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { expectToHear } from '../people/media';
import { askForCall, leaveQueues, makeQueue, rate, requestCall, takeCallOf } from '../people/queue';
import { PHONE, test } from '../people/test';

test.afterEach(leaveQueues);

test('a contact hangs up, keeps the place, and the page rings when the turn comes', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Returns', { callback: true });
  const contact = await somebody(PHONE);
  await contact.goto(`/q/${queue.key}`);
  await askForCall(contact, 'Cara Callback');

  await test.step('the contact asks to be called back', async () => {
    await contact.getByRole('button', { name: 'Call me back instead' }).click();
    const dialog = contact.getByRole('dialog', { name: 'Call me back instead' });
    await expectAccessible(contact);
    await dialog.getByRole('button', { name: 'Hang up and call me back' }).click();
    await expect(contact.getByText('We will call you back')).toBeVisible();
    await expect(contact.getByText('You are next')).toBeVisible();
    await expect(contact).toHaveTitle(/^Call-back/);
    await expectAccessible(contact);
  });

  await test.step('a reload and the link itself wait on', async () => {
    await contact.reload();
    await expect(contact.getByText('We will call you back')).toBeVisible();
    const link = await contact.getByLabel('Or answer on another device, by this link').inputValue();
    const other = await somebody();
    await other.goto(new URL(link).pathname);
    await expect(other.getByText('We will call you back')).toBeVisible();
    await other.close();
  });

  const agent = await user();
  await test.step('an agent takes it, and the page rings', async () => {
    await takeCallOf(agent, 'Cara Callback');
    await expect(contact.getByText('is calling you back now')).toBeVisible();
    await expectAccessible(contact);
  });

  await test.step('both talk', async () => {
    const refuse = contact.getByRole('radio', { name: /No, talk without/ });
    if (await refuse.isVisible()) await refuse.click();
    await contact.getByRole('button', { name: 'Join the call' }).click();
    await expect(contact.getByRole('group', { name: 'Call controls' })).toBeVisible();
    await expectToHear(contact);
    await expectToHear(agent);
  });

  await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
  await rate(contact, 5, 'Saved me an hour.');
});

test('a contact who needs no call any more gives the call-back up', async ({ user, somebody, request }) => {
  const queue = await makeQueue(request, 'Given up', { callback: true });
  const contact = await somebody(PHONE);
  await contact.goto(`/q/${queue.key}`);
  await askForCall(contact, 'Gita Gone');
  await contact.getByRole('button', { name: 'Call me back instead' }).click();
  await contact.getByRole('button', { name: 'Hang up and call me back' }).click();
  await expect(contact.getByText('We will call you back')).toBeVisible();

  await contact.getByRole('button', { name: 'Cancel the call-back' }).click();
  const question = contact.getByRole('dialog', { name: 'Cancel the call-back?' });
  await expect(question.getByRole('button', { name: 'Keep the call-back' })).toBeFocused();
  await question.getByRole('button', { name: 'Give up my place' }).click();
  await expect(contact.getByRole('heading', { name: 'The call-back is cancelled' })).toBeVisible();
  await expectAccessible(contact);
  const supervisor = await user('supervisor@example.com');
  await supervisor.goto('/board');
  await expect(supervisor.getByRole('button', { name: `${queue.name}: who waits` })).toContainText('0waiting');
});

test('where a queue is full, a contact is called back instead', async ({ somebody, request }) => {
  // Its only agent is not there.
  const queue = await makeQueue(request, 'Crowded', { maxLength: 1, overflow: { kind: 'CALLBACK' } }, 'admin@example.com');
  const first = await somebody();
  await first.goto(`/q/${queue.key}`);
  await askForCall(first, 'Fritz First');
  const second = await somebody(PHONE);
  await second.goto(`/q/${queue.key}`);
  await requestCall(second, 'Sonia Second');
  await expect(second.getByText('We will call you back')).toBeVisible();
  await expect(second.getByRole('status', { name: 'Your place in line' })).toContainText('2');
  await second.reload();
  await expect(second.getByText('We will call you back')).toBeVisible();
  // The place counts: it moves up with the line.
  await first.getByRole('button', { name: 'Leave the line' }).click();
  await expect(second.getByText('You are next')).toBeVisible();
});
