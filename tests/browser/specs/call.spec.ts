import { expect, type Page } from '@playwright/test';
import { call, createContact, openLastCall, ownCall } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { answer } from '../people/contact';
import { expectPicturesToStop, expectSilence, expectToSeeAndHear } from '../people/media';
import { expectToPlay, expectToSwitch, picture, playSlowly, throttle } from '../people/playback';
import { PHONE, test } from '../people/test';

test('agent and contact talk by video and write to each other, both reload, and the recording plays', async ({ user, somebody }) => {
  test.setTimeout(300_000);
  const agent = await user();
  const contact = await somebody(PHONE);

  await test.step('the agent calls, the contact joins by the link', async () => {
    await createContact(agent, `Vera Video ${Date.now()}`);
    const link = await call(agent, 'Video call');
    await expectAccessible(agent);
    await contact.goto(new URL(link).pathname);
    await expect(contact.getByRole('meter')).toBeVisible();
    await expectAccessible(contact);
    await answer(contact, 'yes');
  });

  await test.step('both see and hear each other', async () => {
    await expectToSeeAndHear(agent);
    await expectToSeeAndHear(contact);
    await expect(ownCall(agent)).toContainText('Recording');
    await expect(contact.getByText('Recording', { exact: true })).toBeVisible();
    await expectAccessible(agent);
    await expectAccessible(contact);
  });

  await test.step('mute and camera off are heard, seen and said', async () => {
    await contact.getByRole('button', { name: 'Mute' }).click();
    await expectSilence(agent);
    await expect(ownCall(agent)).toContainText('Muted');
    await contact.getByRole('button', { name: 'Unmute' }).click();
    await contact.getByRole('button', { name: 'Turn camera off' }).click();
    await expectPicturesToStop(agent);
    await expect(ownCall(agent)).toContainText('camera off');
    await contact.getByRole('button', { name: 'Turn camera on' }).click();
    await expectToSeeAndHear(agent);

    await agent.keyboard.press('m');
    await expectSilence(contact);
    await agent.keyboard.press('m');
    await expectToSeeAndHear(contact);
  });

  await test.step('the agent pauses the recording and lets it go on', async () => {
    const sign = ownCall(agent).getByRole('status').filter({ hasText: /^(Recording|Paused)$/ });
    await expect(sign).toHaveText('Recording');
    await agent.keyboard.press('r');
    const reasons = agent.getByRole('dialog', { name: 'Recording' });
    await expect(reasons.getByLabel('Pause, because')).toBeFocused();
    await expectAccessible(agent);
    await reasons.getByRole('button', { name: 'Card number' }).click();
    await expect(sign).toHaveText('Paused');
    await agent.keyboard.press('r');
    await expect(sign).toHaveText('Recording');
  });

  await test.step('the contact writes, and the agent sees that something is there', async () => {
    await contact.getByRole('button', { name: 'Chat' }).click();
    await write(contact, 'My number is <b>4711</b>, see https://example.com/order?id=4711.');
    await expect(ownCall(agent).getByRole('button', { name: 'Chat, 1 unread' })).toBeVisible();
    await ownCall(agent).getByRole('button', { name: 'Chat, 1 unread' }).click();
    // Only the address means something.
    await expect(log(agent)).toContainText('My number is <b>4711</b>');
    await expect(log(agent).getByRole('link')).toHaveAttribute('href', 'https://example.com/order?id=4711');
    await expect(ownCall(agent).getByRole('button', { name: 'Chat', exact: true })).toBeVisible();
    await expectAccessible(agent);
    await expectAccessible(contact);
  });

  await test.step('a picture goes the other way', async () => {
    await agent.locator('input[type=file]').setInputFiles({ name: 'plan.png', mimeType: 'image/png', buffer: PICTURE });
    const picture = log(contact).getByRole('img', { name: 'plan.png' });
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  });

  await test.step('what can’t be sent says so, and goes as soon as it can', async () => {
    await contact.context().setOffline(true);
    await write(contact, 'Are you there?');
    await expect(log(contact).getByRole('alert')).toContainText('Not sent');
    await contact.context().setOffline(false);
    await expect(log(contact).getByRole('alert')).toHaveCount(0);
    await expect(log(agent)).toContainText('Are you there?');
  });

  await test.step('a reload on either side takes the call up again, with all that was written', async () => {
    await contact.reload();
    await expectToSeeAndHear(contact);
    await expectToSeeAndHear(agent);
    await contact.getByRole('button', { name: /^Chat/ }).click();
    await expect(log(contact).getByRole('listitem')).toHaveCount(3);
    await expect(log(contact)).toContainText('Are you there?');
    await contact.getByRole('button', { name: 'Close the chat' }).click();
    agent.on('dialog', (dialog) => void dialog.accept());
    await agent.reload();
    await expect(ownCall(agent)).toContainText('In call');
    await expectToSeeAndHear(agent);
    await expectToSeeAndHear(contact);
  });

  await test.step('long enough for a recording of a dozen segments', async () => {
    await expect
      .poll(() => ownCall(agent).locator('time').first().textContent(), { timeout: 60_000 })
      .toMatch(/0:5\d|1:\d\d/);
  });

  await test.step('the contact hangs up', async () => {
    await contact.getByRole('button', { name: 'Hang up' }).click();
    await expect(contact.getByText('Thank you for the call')).toBeVisible();
    await expectAccessible(contact);
    await openLastCall(agent);
    await expect(log(agent).getByRole('listitem')).toHaveCount(3);
    await expectAccessible(agent);
  });

  await test.step('the recording appears without a reload, plays, and fits the network', async () => {
    await expect(agent.getByText('being prepared').or(agent.getByRole('button', { name: 'Play' }))).toBeVisible();
    await expect(agent.getByRole('button', { name: 'Play' })).toBeVisible({ timeout: 90_000 });
    // The player begins hopefully, sees how slow it is, and recovers: all within the recording.
    const best = await playSlowly(agent);
    await expectToPlay(agent);
    await expectToSwitch(agent, 'down');
    await throttle(agent, 'fast', best);
    await expectToSwitch(agent, 'up');
    await expect.poll(() => picture(agent).evaluate((video: HTMLVideoElement) => video.videoHeight)).toBeGreaterThan(200);
    await expectAccessible(agent);
  });
});

const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const log = (page: Page) => page.getByRole('log', { name: 'Chat' });

async function write(page: Page, words: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(words);
  await page.keyboard.press('Enter');
}
