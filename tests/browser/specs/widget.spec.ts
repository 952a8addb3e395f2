import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Frame, type Page } from '@playwright/test';
import { ownCall } from '../people/agent';
import { expectToHear } from '../people/media';
import { askForCall, leaveQueues, makeQueue, rate, takeCallOf } from '../people/queue';
import { test } from '../people/test';

const platform = process.env['CORDBOARD_URL'] ?? 'http://localhost:8080';
/** What the page in the panel asks the visitor for, or does by itself. */
const DEVICES = ['microphone', 'camera', 'display-capture', 'autoplay'];
/** Another site, with the policies that the guide says (console/widget/README.md) and nothing besides. */
const POLICIES = {
  'content-security-policy': `default-src 'none'; script-src ${platform}; frame-src ${platform}; require-trusted-types-for 'script'`,
  'permissions-policy': DEVICES.map((name) => `${name}=(self "${platform}")`).join(', '),
};

let shop: Server;
let address: string;
let tag = '';

test.beforeAll(async () => {
  shop = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', ...POLICIES });
    response.end(`<!doctype html><html lang="en"><title>Shop ${request.url}</title><h1>Our shop</h1><a href="/two">Next</a>${tag}`);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
});
test.afterAll(() => shop.close());

/** The page in the panel. The shadow root around it is closed, to tests as to the site. */
async function inPanel(page: Page, key: string): Promise<Frame> {
  let found: Frame | undefined;
  await expect
    .poll(() => {
      found = page.frames().find((frame) => frame.url().includes(`/q/${key}`));
      return found !== undefined;
    })
    .toBe(true);
  if (!found) throw new Error('no frame');
  return found;
}

/** Everything that the browser refused because of a policy. */
function refusals(page: Page): string[] {
  const found: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Permissions policy|TrustedHTML/i.test(message.text())) found.push(message.text());
  });
  return found;
}

test.afterEach(leaveQueues);

test('a contact calls from a button on a foreign page with a strict policy', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Shop help');
  const script = (extra: string) => `<script src="${platform}/widget.js" data-queue="${queue.key}" ${extra} async></script>`;
  // Twice the same, as templates do.
  tag = script('data-label="Talk to us" data-color="#0b6e4f" data-name="Ada Lovelace"') + script('');
  const contact = await somebody();
  const refused = refusals(contact);
  await contact.goto(address);
  await expect.poll(() => contact.evaluate(() => 'Cordboard' in window)).toBe(true);

  await test.step('the button is reached and pressed by keyboard', async () => {
    await contact.getByRole('link', { name: 'Next' }).focus();
    await contact.keyboard.press('Tab');
    await contact.keyboard.press('Enter');
  });

  let frame = await inPanel(contact, queue.key);
  await test.step('the platform’s page in it may use the devices, and no other page', async () => {
    const allow = await (await frame.frameElement()).getAttribute('allow');
    expect(allow?.split('; ')).toEqual(DEVICES.map((name) => `${name} ${new URL(platform).origin}`));
  });

  await test.step('the site hears of states alone', async () => {
    await contact.evaluate(() => {
      const heard: unknown[] = [];
      const { Cordboard } = window as unknown as { Cordboard: { on(event: string, listener: (visit: unknown) => void): void } };
      Cordboard.on('state', (visit) => heard.push(visit));
      Object.assign(window, { heard });
    });
    await expect(frame.getByLabel('Your name')).toHaveValue('Ada Lovelace');
    await askForCall(frame, 'Ada Lovelace');
    await expect
      .poll(() => contact.evaluate(() => (window as unknown as { heard: unknown[] }).heard.at(-1)))
      .toEqual({ queue: queue.key, state: 'waiting', place: 1 });
    await expectToHear(frame);
  });

  await test.step('on the next page of the site the place is still held', async () => {
    await contact.getByRole('link', { name: 'Next' }).click();
    await expect(contact).toHaveTitle('Shop /two');
    frame = await inPanel(contact, queue.key);
    await expect(frame.getByText('You are next').first()).toBeAttached();
    await expectToHear(frame);
  });

  const agent = await user();
  await test.step('an agent takes the call, both hear each other', async () => {
    await takeCallOf(agent, 'Ada Lovelace');
    await expectToHear(frame);
    await expectToHear(agent);
  });

  await test.step('Escape does not end a call without asking', async () => {
    await contact.evaluate(() => (window as unknown as { Cordboard: { open(): void } }).Cordboard.open());
    const controls = frame.getByRole('group', { name: 'Call controls' });
    await controls.getByRole('button', { name: 'Mute' }).press('Escape');
    await expect(controls).toBeVisible();
    // The question has the focus on staying.
    await contact.keyboard.press('Enter');
    await expectToHear(frame);
  });

  await ownCall(agent).getByRole('button', { name: 'Hang up' }).click();
  await rate(frame, 5, 'From the shop.');
  await test.step('Escape closes it now', async () => {
    await frame.getByRole('button', { name: 'Change it' }).focus();
    // Not waited for: the frame that would say that it has the key goes by it.
    void contact.keyboard.press('Escape').catch(() => undefined);
    await expect.poll(() => contact.frames().length).toBe(1);
  });
  expect(refused).toEqual([]);
});

test('only the page of a queue may be framed, and the script is small', async ({ request }) => {
  const queue = await makeQueue(request, 'Framed');
  const framed = (await request.get(`/q/${queue.key}`)).headers();
  expect(framed['content-security-policy']).toContain('frame-ancestors *');
  expect(framed['x-frame-options']).toBeUndefined();
  for (const path of ['/', '/join/x', '/contacts', '/graphiql']) {
    const headers = (await request.get(path)).headers();
    expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'");
    expect(headers['x-frame-options'], path).toBe('DENY');
  }
  const script = await request.get('/widget.js');
  expect(script.headers()['content-type']).toContain('javascript');
  expect(script.headers()['cache-control']).toBe('public, max-age=300');
  expect((await script.body()).length).toBeLessThan(20 * 1024);
});
