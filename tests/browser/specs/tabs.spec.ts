import { expect, type Page, type WebSocketRoute } from '@playwright/test';
import { ownCall, signIn } from '../people/agent';
import { expectBell, expectNoBell, watchBell } from '../people/bell';
import { becomeFree, enterQueue, offer, setStatus } from '../people/centre';
import { leaveQueues, makeQueue } from '../people/queue';
import { PHONE, test } from '../people/test';

test.afterEach(leaveQueues);

// How soon they do is measured by `load` (README.md, Numbers).
test('all tabs of all browsers agree', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Tabs');
  const tab = await user();
  await watchBell(tab);
  await tab.goto('/desk');
  const otherTab = await tab.context().newPage();
  await otherTab.goto('/calls');
  const otherBrowser = await somebody();
  await watchBell(otherBrowser);
  await signIn(otherBrowser, 'agent1@example.com');
  const all = [tab, otherTab, otherBrowser];
  const contact = await somebody(PHONE);
  // As whoever clicks there does; a browser takes its time with what lies behind.
  await tab.bringToFront();
  await becomeFree(tab);
  await enterQueue(contact, queue, `Tara Tabs ${Date.now()}`);

  await test.step('the caller gives up: gone everywhere, with a word', async () => {
    for (const page of all) await expect(offer(page)).toBeVisible();
    await contact.getByRole('button', { name: 'Leave the line' }).click();
    await Promise.all(all.map((page) => expect(page.getByText('rings no more')).toBeVisible()));
    for (const page of all) await expect(offer(page)).toHaveCount(0);
  });

  await test.step('accepted in one: the others ring no more, and have no call', async () => {
    await enterQueue(await somebody(PHONE), queue, `Theo Tabs ${Date.now()}`);
    for (const page of all) await expect(offer(page)).toBeVisible();
    // Of one browser's tabs one rings, whichever.
    await expectBell(otherBrowser);
    await otherTab.bringToFront();
    await offer(otherTab).getByRole('button', { name: 'Accept' }).click();
    for (const page of all) await expect(offer(page)).toHaveCount(0);
    await expect(ownCall(otherTab)).toContainText('In call');
    await expect(ownCall(tab)).toHaveCount(0);
    await expect(ownCall(otherBrowser)).toHaveCount(0);
    await Promise.all([tab, otherBrowser].map(expectNoBell));
    // What another tab leads can be seen, and be taken over.
    await tab.goto('/desk');
    await expect(tab.getByRole('button', { name: 'Continue here' })).toBeVisible();
    await ownCall(otherTab).getByRole('button', { name: 'Hang up' }).click();
    await tab.bringToFront();
    await setStatus(tab, 'Offline');
  });
});

test('a tab that was cut off keeps no card of what went meanwhile', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Cut');
  const tab = await user();
  const cutOff = await somebody();
  const line = await holdNews(cutOff);
  await signIn(cutOff, 'agent1@example.com');
  await becomeFree(tab);
  const contact = await somebody(PHONE);
  await enterQueue(contact, queue, `Cora Cut ${Date.now()}`);
  await expect(offer(cutOff)).toBeVisible();

  await line.cut();
  await contact.getByRole('button', { name: 'Leave the line' }).click();
  await expect(offer(tab)).toHaveCount(0);
  // The word on it covers nothing that one reaches for.
  await expect(tab.getByText('rings no more')).toBeVisible();
  await setStatus(tab, 'Offline');
  await expect(offer(cutOff)).toBeVisible();
  line.mend();
  // Long before its two minutes are over.
  await expect(offer(cutOff)).toHaveCount(0, { timeout: 30_000 });
});

/** The page's WebSockets, to be cut and to be let through again. Its own attempts to connect anew go on. */
async function holdNews(page: Page): Promise<{ cut(): Promise<void>; mend(): void }> {
  let whole = true;
  const open = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/graphql$/, (socket) => {
    if (!whole) {
      void socket.close({ code: LOST });
      return;
    }
    open.add(socket);
    socket.connectToServer();
  });
  return {
    async cut() {
      whole = false;
      await Promise.all([...open].map((socket) => socket.close({ code: LOST })));
      open.clear();
    },
    mend: () => void (whole = true),
  };
}

/** A code of nobody's: to the page the connection has just gone. */
const LOST = 4_999;
