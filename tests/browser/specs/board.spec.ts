import { expect } from '@playwright/test';
import { expectAccessible } from '../people/axe';
import { createQueue, enterQueue, saveQueue } from '../people/centre';
import { PHONE, test } from '../people/test';

const ADMIN = 'admin@example.com';

test('the board follows: who waits, for how long, and why still', async ({ user, somebody }) => {
  test.setTimeout(120_000);
  const admin = await user(ADMIN);
  const queue = await createQueue(admin, `Board ${Date.now()}`, []);
  const caller = `Wanda Waiting ${Date.now()}`;
  const contact = await somebody(PHONE);

  await admin.goto('/board');
  const tile = admin.getByRole('button', { name: `${queue.name}: who waits` });
  await expect(tile).toContainText(/^.*0waiting/s);
  await enterQueue(contact, queue, caller);
  await expect(tile).toContainText('1waiting');
  await expect(tile).toContainText(/0:0[3-9]longest wait/);
  await expectAccessible(admin);

  await tile.click();
  const drawer = admin.getByRole('dialog');
  await drawer.getByRole('button', { name: new RegExp(caller) }).click();
  await expect(drawer.getByText('Nobody could take it')).toBeVisible();
  await expect(drawer.getByText(/Estimated wait/)).toBeVisible();
  await expectAccessible(admin);
  await admin.keyboard.press('Escape');

  await contact.close();
  await expect(tile).toContainText('0waiting', { timeout: 60_000 });
});

test('a change of a queue is in force at once', async ({ user, somebody }) => {
  test.setTimeout(120_000);
  const admin = await user(ADMIN);
  const queue = await createQueue(admin, `Hours ${Date.now()}`, ['Alex Agent']);
  const visitor = await somebody(PHONE);
  await visitor.goto(`/q/${queue.key}`);
  await expect(visitor.getByLabel('Your name')).toBeVisible();

  await test.step('closed by a holiday, with a message', async () => {
    await admin.getByRole('button', { name: 'Add a holiday' }).click();
    const zone = await admin.getByRole('combobox', { name: 'Time zone' }).inputValue();
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());
    await admin.getByLabel('Holiday 1: date').fill(today);
    await admin.getByLabel('Holiday 1: name').fill('Day of rest');
    await admin.getByLabel('Message while closed').fill('We are back tomorrow.');
    await saveQueue(admin);
    await expect(admin.getByText('Closed now')).toBeVisible();
    await visitor.reload();
    await expect(visitor.getByText('We are back tomorrow.')).toBeVisible();
    await expectAccessible(admin);
  });

  await test.step('a mistake is said beside its field, and nothing is saved', async () => {
    await admin.getByRole('button', { name: 'Set hours' }).click();
    await admin.getByLabel('Monday, to').fill('08:00');
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(admin.getByText(/^Monday: /)).toBeVisible();
    await admin.getByRole('button', { name: 'Discard' }).click();
    await expect(admin.getByText(/^Always open/)).toBeVisible();
  });

  await test.step('open again without the holiday', async () => {
    await admin.getByRole('button', { name: 'Remove Day of rest' }).click();
    await admin.getByRole('radio', { name: 'Ring all' }).check();
    await saveQueue(admin);
    await admin.reload();
    await expect(admin.getByRole('radio', { name: 'Ring all' })).toBeChecked();
    await visitor.reload();
    await expect(visitor.getByLabel('Your name')).toBeVisible();
  });

  await test.step('archived it takes no calls', async () => {
    await admin.getByRole('button', { name: 'Archive', exact: true }).click();
    await expect(admin.getByText('Archived', { exact: true })).toBeVisible();
  });
});

test('outcomes and reasons are kept by administrators', async ({ user }) => {
  const admin = await user(ADMIN);
  const name = `Sent a leaflet ${Date.now()}`;
  await admin.goto('/settings/outcomes');
  await admin.getByLabel('New outcome').fill(name);
  await admin.keyboard.press('Enter');
  await expect(admin.getByText(name)).toBeVisible();
  await expectAccessible(admin);
  await admin.goto('/settings/reasons');
  await admin.getByLabel('New reason').fill(name);
  await admin.keyboard.press('Enter');
  await expect(admin.getByText(name)).toBeVisible();

  // A supervisor reads them; a button that could only fail isn't shown.
  const supervisor = await user('supervisor@example.com');
  await supervisor.goto('/settings/outcomes');
  await expect(supervisor.getByText(name)).toBeVisible();
  await expect(supervisor.getByLabel('New outcome')).toHaveCount(0);
});
