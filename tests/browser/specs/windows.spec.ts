import { expect, type Page } from '@playwright/test';
import { call, createContact, lastCall, ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { join } from '../people/contact';
import { expectToHear, watchConnections } from '../people/media';
import { askForCall, leaveQueues, makeQueue } from '../people/queue';
import { PHONE, test } from '../people/test';

/** A page that took this for a broken connection would restart ICE after 2 s and join again 8 s later. */
const LONG_MS = 13_000;

/** As the browser's "Duplicate tab" does: what the tab has stored goes with it. */
async function copyOf(page: Page): Promise<Page> {
  const [copy] = await Promise.all([page.waitForEvent('popup'), page.evaluate(() => void open(location.href))]);
  return copy;
}

const takeBack = (page: Page) => page.getByRole('button', { name: 'Continue here' });

test.afterEach(leaveQueues);

test('an agent goes on in another tab, and the first one leaves the call to it', async ({ user, somebody }) => {
  test.setTimeout(150_000);
  const first = await user();
  await watchConnections(first.context());
  const contact = await somebody();
  await createContact(first, `Wanda Window ${Date.now()}`);
  await join(contact, await call(first, 'Audio call'), 'no');
  await expect(ownCall(first)).toContainText('In call');
  const second = await first.context().newPage();

  await test.step('by the button on the desk', async () => {
    await second.goto('/desk');
    await takeBack(second).click();
    await expect(ownCall(second)).toContainText('In call');
    await expect(lastCall(first)).toContainText('This call goes on in another window');
    await expect(takeBack(first)).toBeVisible();
    await expectAccessible(first);
    await first.waitForTimeout(LONG_MS);
    await expect(lastCall(first)).toContainText('This call goes on in another window');
    await expect(ownCall(second)).toContainText('In call');
    await expectToHear(second);
    await expectToHear(contact);
  });

  await test.step('back, by the button on the bar', async () => {
    await takeBack(first).click();
    await expect(ownCall(first)).toContainText('In call');
    await expect(lastCall(second)).toContainText('This call goes on in another window');
    await expectToHear(first);
    await expectToHear(contact);
    await second.close();
  });

  await test.step('a copy of the tab takes the call along', async () => {
    const copy = await copyOf(first);
    await expect(ownCall(copy)).toContainText('In call');
    await expect(lastCall(first)).toContainText('This call goes on in another window');
    await first.waitForTimeout(LONG_MS);
    await expect(lastCall(first)).toContainText('This call goes on in another window');
    await expectToHear(copy);
    await ownCall(copy).getByRole('button', { name: 'Hang up' }).click();
    // How it ended is said where it ended, and not for long.
    await expect(lastCall(copy)).toContainText('Completed');
    await expect(contact.getByText('Thank you for the call')).toBeVisible();
    await expect(lastCall(first)).toHaveCount(0);
    await copy.close();
  });
});

test('a contact who copies the page waits on in the copy alone', async ({ somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Copies');
  const first = await somebody(PHONE);
  await watchConnections(first.context());
  await first.goto(`/q/${queue.key}`);
  await askForCall(first, `Cole Copy ${Date.now()}`);
  await expectToHear(first);
  const gone = (page: Page) => page.getByRole('heading', { name: 'Your call goes on in another window' });
  const inLine = (page: Page) => page.getByRole('button', { name: 'Leave the line' });

  const copy = await copyOf(first);
  await expect(inLine(copy)).toBeVisible();
  await expect(gone(first)).toBeVisible();
  await expectAccessible(first);
  await first.waitForTimeout(LONG_MS);
  await expect(gone(first)).toBeVisible();
  await expect(inLine(copy)).toBeVisible();
  await expectToHear(copy);

  await takeBack(first).click();
  await expect(inLine(first)).toBeVisible();
  await expect(gone(copy)).toBeVisible();
  await expectToHear(first);
  await inLine(first).click();
  await expect(first.getByRole('heading', { name: 'The call is over' })).toBeVisible();
});
