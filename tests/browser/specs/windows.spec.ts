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

test('whoever goes on in another window, on the desk or in line, leaves the call to it', async ({ user, somebody, request }) => {
  test.setTimeout(180_000);
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
    await first.bringToFront();
    await takeBack(first).click();
    await expect(ownCall(first)).toContainText('In call');
    await expect(lastCall(second)).toContainText('This call goes on in another window');
    await expectToHear(first);
    await expectToHear(contact);
    await second.close();
  });

  // Its only agent is not there.
  const queue = await makeQueue(request, 'Copies', {}, 'admin@example.com');
  const waiting = await somebody(PHONE);
  await watchConnections(waiting.context());
  await waiting.goto(`/q/${queue.key}`);
  await askForCall(waiting, `Cole Copy ${Date.now()}`);
  await expectToHear(waiting);
  const gone = (page: Page) => page.getByRole('heading', { name: 'Your call goes on in another window' });
  const inLine = (page: Page) => page.getByRole('button', { name: 'Leave the line' });

  // Both at once, for the long wait's sake.
  const [copy, copyInLine] = await test.step('a copy of the tab takes the call along, and so it does for a contact in line', async () => {
    const copies = [await copyOf(first), await copyOf(waiting)] as const;
    const [copy, copyInLine] = copies;
    await expect(ownCall(copy)).toContainText('In call');
    await expect(lastCall(first)).toContainText('This call goes on in another window');
    await expect(inLine(copyInLine)).toBeVisible();
    await expect(gone(waiting)).toBeVisible();
    await expectAccessible(waiting);
    await first.waitForTimeout(LONG_MS);
    await expect(lastCall(first)).toContainText('This call goes on in another window');
    await expectToHear(copy);
    await expect(gone(waiting)).toBeVisible();
    await expect(inLine(copyInLine)).toBeVisible();
    await expectToHear(copyInLine);
    return copies;
  });

  await test.step('the agent hangs up where the call is', async () => {
    await ownCall(copy).getByRole('button', { name: 'Hang up' }).click();
    // How it ended is said where it ended, and not for long.
    await expect(lastCall(copy)).toContainText('Completed');
    await expect(contact.getByText('Thank you for the call')).toBeVisible();
    await expect(lastCall(first)).toHaveCount(0);
    await copy.close();
  });

  await test.step('the contact comes back to the first page', async () => {
    await waiting.bringToFront();
    await takeBack(waiting).click();
    await expect(inLine(waiting)).toBeVisible();
    await expect(gone(copyInLine)).toBeVisible();
    await expectToHear(waiting);
    await inLine(waiting).click();
    await expect(waiting.getByRole('heading', { name: 'The call is over' })).toBeVisible();
  });
});
