import { expect } from '@playwright/test';
import { lastCall, ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { expectSilence, expectToHear } from '../people/media';
import { askForCall, leaveQueues, makeQueue, takeCallOf } from '../people/queue';
import { PHONE, test } from '../people/test';

const SUPERVISOR = 'supervisor@example.com';
const ADMIN = 'admin@example.com';

test.afterEach(leaveQueues);

test('a supervisor listens, whispers, barges in and takes over; another one is too late', async ({ user, somebody, request }) => {
  test.setTimeout(240_000);
  const caller = `Cora Caller ${Date.now()}`;
  const queue = await makeQueue(request, `Watched ${Date.now()}`);
  const contact = await somebody(PHONE);
  await contact.goto(`/q/${queue.key}`);
  await askForCall(contact, caller);
  const agent = await user();
  await takeCallOf(agent, caller);
  await expectToHear(contact);
  // Whoever is heard from now on is the supervisor.
  await ownCall(agent).getByRole('button', { name: 'Mute', exact: true }).click();
  await contact.getByRole('button', { name: 'Mute', exact: true }).click();

  const boss = await user(SUPERVISOR);
  await boss.goto('/board');
  const row = boss.getByRole('listitem').filter({ hasText: caller });
  const bar = boss.getByRole('region', { name: 'The call you supervise' });
  const hears = bar.getByRole('status');

  await test.step('listens: seen and heard by nobody', async () => {
    await row.getByRole('button', { name: /^Listen/ }).click();
    await expect(hears).toHaveText('Nobody hears you');
    await expect(bar.getByRole('button', { name: 'Mute', exact: true })).toHaveCount(0);
    await expectSilence(agent);
    await contact.getByRole('button', { name: 'Unmute' }).click();
    await expectToHear(boss);
    await contact.getByRole('button', { name: 'Mute', exact: true }).click();
    await expect(agent.getByText('Sam Supervisor')).toHaveCount(0);
    await expect(contact.getByText('Sam Supervisor')).toHaveCount(0);
    await expectAccessible(boss);
  });

  await test.step('whispers: the agent alone hears and knows', async () => {
    await bar.getByRole('button', { name: 'Whisper' }).click();
    await expect(hears).toHaveText('Only Alex Agent hears you');
    await expect(agent.getByText('Sam Supervisor whispers: only our side hears it')).toBeVisible();
    await expectToHear(agent);
    await expectSilence(contact);
    await expect(contact.getByText('Sam Supervisor')).toHaveCount(0);
    await expectAccessible(agent);
  });

  await test.step('and goes on after a reload', async () => {
    boss.on('dialog', (dialog) => void dialog.accept());
    await boss.reload();
    await expect(hears).toHaveText('Only Alex Agent hears you', { timeout: 30_000 });
    await expectToHear(agent);
  });

  await test.step('barges in: all hear', async () => {
    await bar.getByRole('button', { name: 'Barge in' }).click();
    await expect(hears).toContainText('hear you');
    await expect(hears).toContainText(caller);
    await expect(agent.getByText('Sam Supervisor is in the call')).toBeVisible();
    await expectToHear(contact);
  });

  await test.step('takes over: the agent is out, the contact stays', async () => {
    await bar.getByRole('button', { name: 'Take over' }).click();
    await expect(ownCall(boss)).toContainText(caller);
    await expect(ownCall(agent)).toHaveCount(0);
    await expect(lastCall(agent)).toContainText('A supervisor has taken this call over');
    await expectToHear(contact);
    await expect(contact.getByRole('group', { name: 'Call controls' })).toBeVisible();
  });

  const admin = await user(ADMIN);
  await test.step('a second supervisor comes too late, and reads who was faster', async () => {
    await admin.goto('/board');
    const late = admin.getByRole('listitem').filter({ hasText: caller });
    await late.getByRole('button', { name: /^Take over/ }).click();
    await expect(admin.getByRole('alert')).toContainText('Sam Supervisor');
    await expect(ownCall(admin)).toHaveCount(0);
  });

  await test.step('ended, it is in the audit log', async () => {
    await ownCall(boss).getByRole('button', { name: 'Hang up' }).click();
    await expect(contact.getByRole('heading', { name: 'Thank you for the call' })).toBeVisible();
    await admin.goto('/settings/audit');
    const acts = admin.getByRole('row').filter({ hasText: caller });
    for (const words of ['Listened to the call', 'Whispered into the call', 'Spoke in the call', 'Took the call over from Alex Agent']) {
      await expect(acts.filter({ hasText: words })).toHaveCount(1);
    }
    await expectAccessible(admin);
    await admin.getByText('Took a call over', { exact: true }).click();
    await expect(acts).toHaveCount(1);
    await expect(admin).toHaveURL(/action=CALL_TAKEN_OVER/);
  });
});

test('a supervisor moves a waiting call to another queue, and ends it once that was asked', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const caller = `Mona Moved ${Date.now()}`;
  const from = await makeQueue(request, `From ${Date.now()}`);
  const to = await makeQueue(request, `To ${Date.now()}`);
  const contact = await somebody(PHONE);
  await contact.goto(`/q/${from.key}`);
  await askForCall(contact, caller);
  const boss = await user(SUPERVISOR);
  await boss.goto('/board');
  await boss.getByRole('button', { name: `${from.name}: who waits` }).click();
  await boss.getByRole('dialog').getByRole('button', { name: new RegExp(caller) }).click();
  await boss.getByRole('combobox', { name: `Move ${caller} to another queue` }).fill(to.name);
  await boss.getByRole('option', { name: to.name }).click();
  await expect(boss.getByText(`${caller} waits in ${to.name} now.`)).toBeVisible();
  await expect(contact.getByRole('heading', { name: to.name })).toBeVisible();
  await boss.keyboard.press('Escape');

  await boss.getByRole('button', { name: `${to.name}: who waits` }).click();
  await boss.getByRole('dialog').getByRole('button', { name: new RegExp(caller) }).click();
  await boss.getByRole('button', { name: `End the call of ${caller}` }).click();
  await boss.getByRole('dialog', { name: 'End this call?' }).getByRole('button', { name: 'End the call' }).click();
  await expect(contact.getByRole('heading', { name: 'Sorry, nobody could answer' })).toBeVisible();
});
