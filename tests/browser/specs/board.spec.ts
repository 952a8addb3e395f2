import { expect, type Page } from '@playwright/test';
import { ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { createQueue, enterQueue, saveQueue } from '../people/centre';
import { expectToHear } from '../people/media';
import { leaveQueues, makeQueue, takeCallOf } from '../people/queue';
import { PHONE, test } from '../people/test';

const ADMIN = 'admin@example.com';

test.afterEach(leaveQueues);

test('the board follows: who waits, for how long and why still, and queues that are made meanwhile', async ({ user, somebody, request }) => {
  test.setTimeout(150_000);
  const admin = await user(ADMIN);
  const queue = await createQueue(admin, `Board ${Date.now()}`, []);
  const caller = `Wanda Waiting ${Date.now()}`;
  const contact = await somebody(PHONE);

  await admin.goto('/board');
  const tile = admin.getByRole('button', { name: `${queue.name}: who waits` });
  await expect(tile).toContainText(/^.*0waiting/s);
  await enterQueue(contact, queue, caller);
  await expect(tile).toContainText('1waiting');
  await expect(tile).toContainText(/0:(0[3-9]|[1-5]\d)longest wait/);
  await expectAccessible(admin);

  await tile.click();
  const drawer = admin.getByRole('dialog');
  await drawer.getByRole('button', { name: new RegExp(caller) }).click();
  await expect(drawer.getByText('Nobody could take it')).toBeVisible();
  await expect(drawer.getByText(/Estimated wait/)).toBeVisible();
  await expectAccessible(admin);
  await admin.keyboard.press('Escape');

  // Who vanishes keeps the place for half a minute, in which the list of queues is read again.
  await contact.close();
  await test.step('a queue that is made while the board is open is followed, too', async () => {
    const made = await makeQueue(request, `New ${Date.now()}`, {}, ADMIN);
    const another = await somebody(PHONE);
    await another.goto(`/q/${made.key}`);
    const itsTile = admin.getByRole('button', { name: `${made.name}: who waits` });
    await expect(itsTile).toBeVisible({ timeout: 40_000 });

    // Long before the list of queues is read again.
    await enterQueue(another, made, `Nina New ${Date.now()}`);
    await expect(itsTile).toContainText('1waiting');
    await another.getByRole('button', { name: 'Leave the line' }).click();
    await expect(itsTile).toContainText('0waiting');
  });
  await expect(tile).toContainText('0waiting', { timeout: 60_000 });
});

test('on a phone a supervisor moves a call, listens to it and ends it', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const caller = `Pia Phone ${Date.now()}`;
  // Its only agent is not there.
  const from = await makeQueue(request, `Wrong ${Date.now()}`, {}, ADMIN);
  const to = await makeQueue(request, `Right ${Date.now()}`);
  const contact = await somebody(PHONE);
  await enterQueue(contact, from, caller);
  const boss = await user('supervisor@example.com', PHONE);
  await boss.goto('/board');

  await test.step('moves it from where it waits', async () => {
    await boss.getByRole('button', { name: `${from.name}: who waits` }).tap();
    const drawer = boss.getByRole('dialog');
    await drawer.getByRole('button', { name: new RegExp(caller) }).tap();
    await boss.getByRole('combobox', { name: `Move ${caller} to another queue` }).fill(to.name);
    await boss.getByRole('option', { name: to.name }).tap();
    await expect(contact.getByRole('heading', { name: to.name })).toBeVisible();
    await expect(drawer.getByText('Nobody waits')).toBeVisible();
    await drawer.getByRole('button', { name: 'Close', exact: true }).tap();
  });

  const agent = await user();
  await takeCallOf(agent, caller);
  const whose = `Alex Agent with ${caller}`;
  const bar = boss.getByRole('region', { name: 'The call you supervise' });

  await test.step('listens, with every way on within reach', async () => {
    await boss.getByRole('button', { name: `Listen: ${whose}` }).tap();
    await expect(bar.getByRole('status')).toHaveText('Nobody hears you');
    await expectToHear(boss);
    for (const name of ['Whisper', 'Take over', 'Leave']) {
      await expect(bar.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 0.95 });
    }
    await expect.poll(() => boss.getByRole('main').evaluate((page) => page.scrollWidth - page.clientWidth)).toBe(0);
    await expectAccessible(boss);
    await bar.getByRole('button', { name: 'Leave', exact: true }).tap();
    await expect(bar).toHaveCount(0);
    await expect(ownCall(agent)).toContainText('In call');
  });

  await test.step('ends it for all, once that was asked', async () => {
    await boss.getByRole('button', { name: `End the call of ${whose}` }).tap();
    await boss.getByRole('dialog', { name: 'End this call?' }).getByRole('button', { name: 'End the call' }).tap();
    await expect(contact.getByRole('heading', { name: 'Thank you for the call' })).toBeVisible();
    await expect(ownCall(agent)).toHaveCount(0);
  });
});

test('a change of a queue is in force at once', async ({ user, somebody }) => {
  test.setTimeout(120_000);
  const admin = await user(ADMIN);
  const queue = await createQueue(admin, `Hours ${Date.now()}`, ['Alex Agent']);
  const visitor = await somebody(PHONE);
  await visitor.goto(`/q/${queue.key}`);
  await expect(visitor.getByLabel('Your name')).toBeVisible();

  await test.step('closed by holidays, with a message', async () => {
    const zone = await admin.getByRole('combobox', { name: 'Time zone' }).inputValue();
    // Midnight may pass before anybody looks.
    for (const [ahead, name] of ['Day of rest', 'Day after'].entries()) {
      const date = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(Date.now() + ahead * 86_400_000);
      await admin.getByRole('button', { name: 'Add a holiday' }).click();
      await admin.getByLabel(`Holiday ${ahead + 1}: date`).fill(date);
      await admin.getByLabel(`Holiday ${ahead + 1}: name`).fill(name);
    }
    await admin.getByLabel('Message while closed').fill('We are back tomorrow.');
    await saveQueue(admin);
    await expect(admin.getByText('Closed now')).toBeVisible();
    await visitor.reload();
    await expect(visitor.getByText('We are back tomorrow.')).toBeVisible();
    await expectAccessible(admin);
  });

  await test.step('a mistake is said beside its field, and nothing is saved', async () => {
    const always = admin.getByRole('switch', { name: /^Always open/ });
    await always.press(' ');
    await admin.getByLabel('Monday, to').fill('08:00');
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(admin.getByText(/^Monday: /)).toBeVisible();
    await admin.getByRole('button', { name: 'Discard' }).click();
    await expect(always).toBeChecked();
  });

  await test.step('open again without the holidays', async () => {
    for (const name of ['Day of rest', 'Day after']) await admin.getByRole('button', { name: `Remove ${name}` }).click();
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

test('whoever changes a queue that somebody else changed meanwhile is told, and loses nothing', async ({ user }) => {
  const admin = await user(ADMIN);
  await createQueue(admin, `Shared ${Date.now()}`, []);
  const message = (page: Page) => page.getByLabel('Message while closed');
  const ringAll = (page: Page) => page.getByRole('radio', { name: 'Ring all' });
  const other = await admin.context().newPage();
  await other.goto(admin.url());

  await message(admin).fill('Mine');
  await message(other).fill('Theirs');
  await ringAll(other).check();
  await saveQueue(other);

  await test.step('told, with what was typed still there', async () => {
    await admin.bringToFront();
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(admin.getByText('Someone else saved this queue')).toBeVisible();
    await expect(message(admin)).toHaveValue('Mine');
    await expectAccessible(admin);
  });

  await test.step('theirs is a look away', async () => {
    const opened = admin.context().waitForEvent('page');
    await admin.getByRole('link', { name: 'Look at theirs' }).click();
    const theirs = await opened;
    await expect(message(theirs)).toHaveValue('Theirs');
    await theirs.close();
  });

  await test.step('saved anyway, it replaces the same alone', async () => {
    const save = admin.getByRole('button', { name: 'Save anyway' });
    await save.click();
    await expect(save).toHaveCount(0);
    await expect(admin.getByText('It is in force now')).toBeVisible();
    await expect(ringAll(admin)).toBeChecked();
    await other.reload();
    await expect(message(other)).toHaveValue('Mine');
    await expect(ringAll(other)).toBeChecked();
    await other.close();
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
  await admin.getByRole('button', { name: `Rename ${name}` }).click();
  await admin.getByLabel(`New name of ${name}`).fill(`${name} by post`);
  await admin.keyboard.press('Enter');
  await expect(admin.getByText(`${name} by post`)).toBeVisible();
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
