import { expect } from '@playwright/test';
import { expectAccessible } from '../people/axe';
import { expectBell, expectNoBell, watchBell } from '../people/bell';
import { becomeFree, enterQueue, offer, setStatus } from '../people/centre';
import { leaveQueues, makeQueue } from '../people/queue';
import { PHONE, test } from '../people/test';

test.afterEach(leaveQueues);

test('an offer rings, and shows in title and icon, until it goes', async ({ user, somebody, request }) => {
  const caller = `Bella Bell ${Date.now()}`;
  const queue = await makeQueue(request, 'Bells');
  const agent = await user();
  await watchBell(agent);
  await agent.goto('/desk');
  await becomeFree(agent);
  const icon = agent.locator('link[rel~="icon"]');
  await expect(icon).toHaveAttribute('href', /\/favicon\.svg$/);
  const contact = await somebody(PHONE);
  await enterQueue(contact, queue, caller);

  await test.step('it can’t be missed', async () => {
    await expect(offer(agent)).toContainText(caller);
    await expect(icon).toHaveAttribute('href', /^data:image/);
    await expect.poll(() => agent.title()).toContain(caller);
    await expectBell(agent);
  });

  await test.step('the caller gives up: all is as it was', async () => {
    await contact.getByRole('button', { name: 'Leave the line' }).click();
    await expect(offer(agent)).toHaveCount(0);
    await expect(icon).toHaveAttribute('href', /\/favicon\.svg$/);
    await expectNoBell(agent);
    await expect(agent).toHaveTitle('Desk · Cordboard');
  });
  await setStatus(agent, 'Offline');
});

test('a desk that may not ring says so, and rings from the first press on', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Held bells');
  const agent = await user();
  await watchBell(agent, { held: true });
  const notice = agent.getByRole('region', { name: 'Sound' });

  await test.step('it says so, with a way out', async () => {
    await agent.goto('/desk');
    await expect(notice).toContainText('Sound is off until you press a key or click');
    await expectAccessible(agent);
    await notice.getByRole('button', { name: 'Turn on sound' }).click();
    await expect(notice).toHaveCount(0);
  });

  await test.step('a reload forgets it; what rings unheard is heard from any press on', async () => {
    await becomeFree(agent);
    await expect(notice).toHaveCount(0);
    await agent.reload();
    await expect(notice).toBeVisible();
    const contact = await somebody(PHONE);
    await enterQueue(contact, queue, `Hanna Held ${Date.now()}`);
    await expect(offer(agent)).toBeVisible();
    await expectNoBell(agent);
    await agent.keyboard.press('Shift');
    await expectBell(agent);
    await expect(notice).toHaveCount(0);
    await contact.getByRole('button', { name: 'Leave the line' }).click();
    await expectNoBell(agent);
  });
  await setStatus(agent, 'Offline');
});
