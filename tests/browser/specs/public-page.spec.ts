import { expect, type Page } from '@playwright/test';
import { ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { accept, offer, setStatus } from '../people/centre';
import { expectToHear } from '../people/media';
import { askForCall, changeQueue, leaveQueues, makeQueue, rate, requestCall } from '../people/queue';
import { test } from '../people/test';

const SMALL = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };

test.afterEach(leaveQueues);

test('a contact calls the queue from the public page, waits with music, talks and rates', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Deliveries');
  const contact = await somebody(SMALL);
  await contact.goto(`/q/${queue.key}`);

  await test.step('it says who is there before it asks for anything', async () => {
    await expect(contact.getByRole('heading', { name: 'Deliveries' })).toBeVisible();
    await expectAccessible(contact);
    await contact.getByRole('button', { name: 'Continue' }).click();
    await expect(contact.getByText('Please tell us your name.')).toBeVisible();
  });

  await test.step('the contact stands in line and hears music', async () => {
    await askForCall(contact, 'Willa Waiting');
    await expect(contact.getByText('You are next').first()).toBeVisible();
    await expect(contact).toHaveTitle(/^Place 1/);
    await expect(contact.getByText(/^Nobody is there to answer right now\. You can ask to be called back/)).toBeVisible();
    await expectToHear(contact);
    await expectAccessible(contact);
  });

  await test.step('another one sees a later place', async () => {
    const second = await somebody(SMALL);
    await second.goto(`/q/${queue.key}`);
    await askForCall(second, 'Lou Later');
    await expect(second.getByRole('region', { name: 'Your place in line' })).toContainText('2');
    await second.getByRole('button', { name: 'Leave the line' }).click();
    await expect(second.getByRole('heading', { name: 'The call is over' })).toBeVisible();
    await expectAccessible(second);
  });

  await test.step('a reload keeps the place, and tells that the queue has closed meanwhile', async () => {
    await changeQueue(request, queue, { hours: { timeZone: 'UTC', weekly: [], alwaysOpen: false, holidays: [] } });
    await contact.reload();
    await expect(contact.getByText('You are next').first()).toBeVisible();
    await expect(contact.getByRole('note', { name: 'Deliveries has closed meanwhile' })).toBeVisible();
    await expectAccessible(contact);
    await expectToHear(contact);
  });

  const agent = await user();
  await test.step('an agent takes the call', async () => {
    await agent.goto('/desk');
    await setStatus(agent, 'Available');
    await expect(offer(agent)).toContainText('Willa Waiting');
    await expect(contact.getByText('An agent is being asked to take your call.').last()).toBeVisible();
    await accept(agent);
    await expect(contact.getByRole('group', { name: 'Call controls' })).toBeVisible();
    await expectToHear(contact);
    await expectToHear(agent);
    await expect(contact).toHaveTitle(/^In a call/);
  });

  await test.step('and the contact rates it, also after a reload', async () => {
    await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
    await rate(contact, 4, 'Very patient with me.');
    await expectAccessible(contact);
    await contact.reload();
    await expect(contact.getByRole('region', { name: 'Your rating' })).toBeVisible();
    await expect(contact.getByText('The agent hung up.')).toBeVisible();
  });
});

test('a closed queue says so and when it opens, opens without a new address, and lets go of the devices when it closes again', async ({ page, request }) => {
  await watchDevices(page);
  // Not tomorrow, by whatever zone the browser goes and though midnight pass.
  const inThreeDays = new Date(Date.now() + 3 * 86_400_000);
  const day = inThreeDays.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }).toUpperCase();
  const hours = { timeZone: 'UTC', weekly: [{ day, from: '09:00', to: '17:00' }], holidays: [] };
  const queue = await makeQueue(request, 'Night shift', { hours, closedMessage: 'We sleep now.' });
  await page.goto(`/q/${queue.key}`);
  await expect(page.getByRole('heading', { name: 'Night shift is closed' })).toBeVisible();
  await expect(page.getByText('We sleep now.')).toBeVisible();
  await expect(page.getByText(/^Opens \w+day at/)).toBeVisible();
  await expect(page).toHaveTitle(/^Closed/);
  await expectAccessible(page);
  await changeQueue(request, queue, { hours: { timeZone: 'UTC', weekly: [], holidays: [] } });
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByLabel('Your name').fill('Nora Night');
  const refuse = page.getByRole('radio', { name: /No, talk without/ });
  if (await refuse.isVisible()) await refuse.click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('main')).toBeFocused();
  await expect.poll(() => openDevices(page)).toBeGreaterThan(0);
  await changeQueue(request, queue, { hours });
  await page.getByRole('button', { name: 'Call now' }).click();
  await expect(page.getByRole('heading', { name: 'Night shift is closed' })).toBeVisible();
  await expect.poll(() => openDevices(page)).toBe(0);
});

test('a queue that is full says so, takes a message instead, and lets one in once there is room', async ({ somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Tiny', { maxLength: 1, voicemail: true });
  const first = await somebody();
  const second = await somebody(SMALL);
  const busy = second.getByRole('heading', { name: 'Tiny is busy' });

  await test.step('the last place goes while the form is filled in', async () => {
    await second.goto(`/q/${queue.key}`);
    await expect(second.getByLabel('Your name')).toBeVisible();
    await first.goto(`/q/${queue.key}`);
    await askForCall(first, 'Fay First');
    await requestCall(second, 'Sam Second');
    await expect(busy).toBeVisible();
    await expectAccessible(second);
  });

  await test.step('what was filled in is good for a message', async () => {
    await second.getByRole('button', { name: 'Leave a message' }).click();
    await expect(second.getByLabel('Your name')).toHaveValue('Sam Second');
    await second.getByRole('button', { name: 'Back' }).click();
    await expect(busy).toBeVisible();
  });

  await test.step('who comes now reads it before anything is asked for, and gets in by itself', async () => {
    await second.clock.install();
    await second.reload();
    await expect(busy).toBeVisible();
    await first.getByRole('button', { name: 'Leave the line' }).click();
    await expect(first.getByRole('heading', { name: 'The call is over' })).toBeVisible();
    // The page looks again four times a minute.
    await second.clock.fastForward(15_000);
    await expect(second.getByLabel('Your name')).toBeVisible({ timeout: 30_000 });
  });
});

test('an address without a queue says so', async ({ page }) => {
  await page.goto('/q/no-such-queue');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await expectAccessible(page);
});

/** Lets the test see which microphones and cameras the page holds; to be called before it opens. */
async function watchDevices(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const held: MediaStreamTrack[] = [];
    Object.assign(globalThis, { held });
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      held.push(...stream.getTracks());
      return stream;
    };
  });
}

function openDevices(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { held } = globalThis as unknown as { held: MediaStreamTrack[] };
    return held.filter(({ readyState }) => readyState === 'live').length;
  });
}
