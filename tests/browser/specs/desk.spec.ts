import { type APIRequestContext, expect, type Page } from '@playwright/test';
import { administer, listAgents } from '../people/administrator';
import { ownCall, signIn } from '../people/agent';
import { expectAccessible } from '../people/axe';
import { becomeFree, enterQueue, offer, setStatus, status } from '../people/centre';
import { expectToSeeAndHear } from '../people/media';
import { leaveQueues, makeQueue } from '../people/queue';
import { PHONE, test } from '../people/test';

const FIRST = 'agent1@example.com';
const SECOND = 'agent2@example.com';

const noted: string[] = [];

test.afterEach(leaveQueues);
test.afterEach(async ({ request }) => {
  // Done: they stand on nobody's desk in the next test.
  const query = 'mutation ($input: TaskUpdateInput!) { taskUpdate(input: $input) { userErrors { message } } }';
  for (const taskId of noted.splice(0)) await administer(request, query, { input: { taskId, state: 'DONE' } });
});

test('two agents are free: one declines, the other takes it, wraps up and notes what comes next', async ({ user, somebody, request }) => {
  test.setTimeout(180_000);
  const caller = `Cleo Caller ${Date.now()}`;
  const queue = await makeQueue(request, 'Help', { wrapUpSeconds: 120 }, FIRST, SECOND);
  const first = await user();
  const second = await user(SECOND);
  const contact = await somebody(PHONE);

  await test.step('the one who has been free for longest rings', async () => {
    await becomeFree(first);
    await becomeFree(second);
    await enterQueue(contact, queue, caller, 'My invoice is wrong');
    await expect(offer(first)).toContainText(caller);
    await expect(offer(first)).toContainText(queue.name);
    await expect(offer(first)).toContainText('My invoice is wrong');
    await expect(offer(first)).toContainText('Unverified');
    await expect(offer(first)).toBeFocused();
    await expect.poll(() => first.title()).toContain(caller);
    await expect(offer(second)).toHaveCount(0);
    await expectAccessible(first);
  });

  await test.step('on a low screen the card scrolls, with its buttons in reach', async () => {
    const desk = first.viewportSize();
    await first.setViewportSize({ width: 390, height: 420 });
    await expect.poll(async () => (await offer(first).boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await expect(offer(first).getByRole('button', { name: 'Decline' })).toBeInViewport({ ratio: 0.9 });
    if (desk) await first.setViewportSize(desk);
  });

  await test.step('it declines, and the other rings', async () => {
    await offer(first).getByRole('button', { name: 'Decline' }).click();
    await first.getByRole('menuitem', { name: 'Not my field' }).click();
    await expect(offer(first)).toHaveCount(0);
    await expect(offer(second)).toContainText(caller);
    // Enter in whatever was being typed must not accept: the card is deaf for a moment.
    await expect(async () => {
      if (await offer(second).isVisible()) await second.keyboard.press('Enter');
      await expect(ownCall(second)).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await expectToHear(second);
    await expectToHear(contact);
    await expect(status(second)).toHaveAccessibleName(/On call/);
    await expect(offer(first)).toHaveCount(0);
  });

  await test.step('the bar of the call fits on a phone', async () => {
    await second.setViewportSize({ width: 390, height: 844 });
    await expect.poll(() => second.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await second.setViewportSize({ width: 1280, height: 800 });
  });

  await test.step('a note is saved as it is typed', async () => {
    await second.keyboard.press('n');
    await second.keyboard.type('Wants it by post.');
    await expect(second.getByText(/^Saved/)).toBeVisible();
    await expectAccessible(second);
  });

  await test.step('who calls is only what he said, until the agent says who it is', async () => {
    await second.getByRole('tab', { name: 'Contact', exact: true }).click();
    await second.getByRole('button', { name: 'Who is this?' }).press('Enter');
    const dialog = second.getByRole('dialog', { name: 'Who is this?' });
    // It is nobody before something was typed: another Enter would do no harm.
    await expect(dialog.getByRole('option').first()).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Choose a contact' })).toBeDisabled();
    await dialog.getByRole('tab', { name: 'New contact' }).click();
    await expect(dialog.getByLabel('Name')).toHaveValue(caller);
    await expectAccessible(second);
    await dialog.getByLabel('Name').press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(second.getByRole('region', { name: 'Who this is' })).toContainText('Confirmed');
    // What was noted of the call is the contact's now.
    await expect(second.getByRole('region', { name: 'Notes and tasks' })).toContainText('Wants it by post.');
    await expectAccessible(second);
  });

  await test.step('the call ends under the agent’s hands: what is typed goes on in the wrap-up’s note, and nowhere else', async () => {
    let answer = (): void => {};
    const typed = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await second.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query WrapUp(')) await typed;
      await route.fallback();
    });
    await second.keyboard.press('n');
    await expect(second.getByRole('textbox', { name: 'Note of this call' })).toBeFocused();
    await contact.getByRole('button', { name: 'Hang up' }).click();
    await expect(second.getByRole('region', { name: 'Full call' })).toHaveCount(0);
    await second.keyboard.type(' Any time.');
    answer();
    const form = second.getByRole('region', { name: 'Wrap-up of the call' });
    await expect(form.getByRole('textbox', { name: 'Note' })).toBeFocused();
    await second.keyboard.type(' No hurry.');
    await expect(form.getByRole('textbox', { name: 'Note' })).toHaveValue('Wants it by post. Any time. No hurry.');
    await expect(form.getByRole('radio', { checked: true })).toHaveCount(0);
    await expect(status(second)).toHaveAccessibleName(/Wrap-up/);
    await second.unrouteAll({ behavior: 'wait' });
  });

  await test.step('the wrap-up takes the stage’s place, and comes back after a reload', async () => {
    const form = second.getByRole('region', { name: 'Wrap-up of the call' });
    await expectAccessible(second);
    // It has two minutes, and once as many again.
    const left = form.getByText(/^\d+:\d\d left$/);
    const extend = form.getByRole('button', { name: 'Extend once' });
    await expect(left).toHaveText(/^1:/);
    await extend.click();
    await expect(left).toHaveText(/^[23]:/);
    await expect(extend).toHaveCount(0);
    let lost = false;
    await second.route('**/graphql', async (route) => {
      if (lost || !route.request().postData()?.includes('callWrapUp')) return route.fallback();
      lost = true;
      await route.abort();
    });
    await form.getByText('Solved', { exact: true }).click();
    await expect(form.getByRole('alert')).toContainText('What you chose is not saved');
    // It is tried again by itself.
    await expect(form.getByRole('alert')).toHaveCount(0);
    let unreadable = true;
    await second.route('**/graphql', async (route) => {
      // What the aside is told of the call would reach the form, too.
      if (!unreadable || !/query (WrapUp|CallAside)\(/.test(route.request().postData() ?? '')) return route.fallback();
      await route.fulfill({ json: { data: { call: null, outcomes: [] } } });
    });
    await second.reload();
    await expect(form).toContainText('No such call');
    unreadable = false;
    await form.getByRole('button', { name: 'Try again' }).click();
    await expect(form.getByRole('radio', { name: 'Solved', exact: true })).toBeChecked();
    await form.getByLabel('Follow-up task').fill('Send the invoice again');
    await second.keyboard.press('Control+Enter');
    await expect(second.getByText('Follow-up noted')).toBeVisible();
    await expect(form).toHaveCount(0);
    await expect(status(second)).toHaveAccessibleName('Your status: Available');
  });

  await test.step('the call tells why it went there', async () => {
    await second.goto('/calls');
    await second.getByRole('link', { name: caller }).click();
    await expect(second.getByText('Solved')).toBeVisible();
    const why = second.getByRole('region', { name: 'Why it went there' });
    await expect(why.getByRole('list', { name: 'Offers' })).toContainText('declined: Not my field');
    await expect(why).toContainText('Longest idle');
    await expect(second.getByText('Wants it by post.')).toBeVisible();
    await expectAccessible(second);
  });
});

test('signing out lets a call and its wrap-up finish', async ({ somebody, request }) => {
  test.setTimeout(120_000);
  const queue = await makeQueue(request, 'Leave', { wrapUpSeconds: 60 }, SECOND);
  // A session of its own: the one that tests share must not end.
  const agent = await somebody();
  await signIn(agent, SECOND);
  const contact = await somebody(PHONE);
  await becomeFree(agent);
  await enterQueue(contact, queue, `Lea Leave ${Date.now()}`);
  await offer(agent).getByRole('button', { name: 'Accept' }).click();
  await expect(ownCall(agent)).toContainText('In call');
  await agent.getByRole('button', { name: 'Close the full call' }).click();
  await agent.getByRole('button', { name: 'Robin Agent: account' }).click();
  await agent.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
  const question = agent.getByRole('dialog', { name: 'You are in a call' });
  await expect(question).toBeVisible();
  await expectAccessible(agent);
  await question.getByRole('button', { name: 'Sign out when it ends' }).click();
  await expect(status(agent)).toHaveAccessibleName('Your status: On call, then offline');
  await expectToHear(agent);
  await expectToHear(contact);

  await contact.getByRole('button', { name: 'Hang up' }).click();
  const form = agent.getByRole('region', { name: 'Wrap-up of the call' });
  const drafts = () => agent.evaluate(() => Object.keys(localStorage).filter((place) => place.startsWith('cordboard.draft.')).length);
  await agent.route('**/graphql', (route) => (route.request().postData()?.includes('mutation NoteCreate(') ? route.abort() : route.fallback()));
  await form.getByLabel('Note').fill('Not for whoever sits here next.');
  await form.getByText('Solved', { exact: true }).click();
  await expect(form).toContainText('kept here until it can be saved');
  expect(await drafts()).toBe(1);
  await agent.keyboard.press('Control+Enter');
  await expect(agent.getByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(await drafts()).toBe(0);
});

test('status and reason are one’s own to choose, and a supervisor’s to change', async ({ user }) => {
  const agent = await user();
  const supervisor = await user('supervisor@example.com');
  await becomeFree(agent);
  await agent.getByRole('button', { name: 'Change' }).click();
  await agent.getByRole('menuitem', { name: 'Away: Lunch' }).click();
  await expect(status(agent)).toHaveAccessibleName('Your status: Away: Lunch');

  await supervisor.goto('/board');
  const cell = supervisor.getByRole('button', { name: /^Alex Agent, / });
  await expect(cell).toContainText('Away: Lunch');
  await expectAccessible(supervisor);
  await agent.keyboard.press('a');
  await expect(status(agent)).toHaveAccessibleName('Your status: Available');
  await expect(cell).toContainText('Available');

  await cell.click();
  await supervisor.getByRole('menuitem', { name: 'Away: Training' }).click();
  await expect(cell).toContainText('Away: Training');
  await expect(status(agent)).toHaveAccessibleName('Your status: Away: Training');

  await test.step('the time away is counted by reason, for both', async () => {
    await cell.click();
    await supervisor.getByRole('menuitem', { name: 'Today in numbers' }).click();
    const day = supervisor.getByRole('dialog', { name: 'Alex Agent: today' });
    for (const name of ['Lunch', 'Training', 'Occupancy']) await expect(day.getByRole('term').filter({ hasText: name })).toBeVisible();
    await expectAccessible(supervisor);
    await supervisor.keyboard.press('Escape');
    await agent.goto('/desk');
    await expect(agent.getByRole('region', { name: 'Your day' })).toContainText('Training');
  });
  await setStatus(agent, 'Offline');
});

test('all that is to be done is on the desk, however much it is', async ({ user, request }) => {
  const title = (number: number) => `To do ${number} ${run}`;
  const run = Date.now();
  await note(request, FIRST, Array.from({ length: 21 }, (_, number) => ({ title: title(number) })));
  const agent = await user();
  await agent.goto('/desk');
  const tasks = agent.getByRole('region', { name: 'Tasks for today' });
  const last = tasks.getByText(title(20));
  await expect(tasks.getByRole('checkbox')).toHaveCount(20);
  await expect(last).toHaveCount(0);
  await expect(async () => {
    if ((await last.count()) === 0) await tasks.getByRole('button', { name: 'Show more' }).click({ timeout: 1_000 });
    await expect(last).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expectAccessible(agent);
});

test('the bell counts all that is unread, keeps what came before the newest thirty, and marks what was shown as read', async ({ user, request }) => {
  const agent = await user(SECOND);
  const bell = agent.getByRole('button', { name: /^Notifications/ });
  await test.step('what came before the test is read', async () => {
    const list = agent.getByRole('dialog');
    await expect(async () => {
      await bell.press('Enter');
      await expect(list.getByRole('button').or(list.getByText('Nothing yet.')).first()).toBeVisible();
      await agent.keyboard.press('Escape');
      await expect(list).toHaveCount(0);
      await expect(bell).toHaveAccessibleName('Notifications', { timeout: 2_000 });
    }).toPass();
  });
  const run = Date.now();
  const reminders = Array.from({ length: 31 }, (_, number) => ({ title: `Remember ${number} ${run}`, dueAt: new Date(run - 60_000 + number * 1_000).toISOString() }));
  await note(request, SECOND, reminders);
  const oldest = agent.getByRole('button', { name: `Remember 0 ${run}` });
  await expect(bell).toHaveAccessibleName('Notifications, 31 unread');

  await bell.press('Enter');
  await expect(agent.getByRole('button', { name: `Remember 30 ${run}` })).toBeVisible();
  await expect(oldest).toHaveCount(0);
  await agent.getByRole('button', { name: 'Show more' }).click();
  await expect(oldest).toHaveAccessibleName(/^Unread/);
  await agent.keyboard.press('Escape');
  await expect(bell).toHaveAccessibleName('Notifications');
  // Until it has faded out, another press finds it still there.
  await expect(oldest).toHaveCount(0);

  await bell.press('Enter');
  await agent.getByRole('button', { name: 'Show more' }).click();
  await expect(oldest).toHaveAccessibleName(/^Remember 0/);
});

/** An agent's tasks, one after the other. */
async function note(request: APIRequestContext, email: string, tasks: { title: string; dueAt?: string }[]): Promise<void> {
  const assigneeId = (await listAgents(request)).find((agent) => agent.user.email === email)?.user.id;
  for (const task of tasks) {
    const { taskCreate } = await administer<{ taskCreate: { task: { id: string } } }>(
      request,
      'mutation ($input: TaskCreateInput!) { taskCreate(input: $input) { task { id } userErrors { message } } }',
      { input: { ...task, assigneeId } },
    );
    noted.push(taskCreate.task.id);
  }
}

/** Voice is enough here: nobody has a camera on. */
async function expectToHear(page: Page): Promise<void> {
  await expectToSeeAndHear(page, { pictures: false });
}
