import { expect } from '@playwright/test';
import { expectAccessible } from '../people/axe';
import { accept, becomeFree, offer, setStatus, status } from '../people/centre';
import { callBefore, makeCustomer } from '../people/crm';
import { askForCall, findOutcome, leaveQueues, makeQueue } from '../people/queue';
import { PHONE, test } from '../people/test';

const AGENT = 'agent1@example.com';
const SCRIPT = 'Ask for the number of the contract.';

test.afterEach(leaveQueues);

test('an old customer calls: the agent sees who it is, what was, what is to be done and what to say', async ({ user, somebody, request }) => {
  test.setTimeout(120_000);
  const stamp = Date.now();
  const customer = {
    name: `Olga Old ${stamp}`,
    email: `olga-${stamp}@example.com`,
    company: `Old and Sons ${stamp}`,
    note: `Prefers the morning, said in ${stamp}`,
    task: `Send the offer ${stamp}`,
  };
  const contactId = await makeCustomer(request, customer, AGENT);
  await callBefore(request, contactId, 'Not reached');
  const defaultOutcomeId = await findOutcome(request, 'Call back later');
  const queue = await makeQueue(request, 'Regulars', { script: SCRIPT, wrapUpSeconds: 10, defaultOutcomeId }, AGENT);
  const agent = await user(AGENT);
  const contact = await somebody(PHONE);
  await becomeFree(agent);

  await test.step('the e-mail tells who it is, whatever the name', async () => {
    await contact.goto(`/q/${queue.key}`);
    await contact.getByLabel('E-mail').fill(customer.email);
    await askForCall(contact, 'Olga');
    await expect(offer(agent)).toContainText(customer.name);
    await expect(offer(agent)).toContainText(customer.company);
    // Not the agent's call; what came of it is there all the same.
    await expect(offer(agent).getByRole('list', { name: 'Last calls' })).toContainText('Not reached');
    await accept(agent);
  });

  await test.step('all that is known stands beside the call', async () => {
    const call = agent.getByRole('region', { name: 'Full call' });
    await expect(call.getByRole('heading', { name: customer.name })).toBeVisible();
    await expect(call.getByRole('region', { name: 'Facts' })).toContainText(customer.email);
    await expect(call.getByRole('region', { name: customer.company })).toBeVisible();
    await expect(call.getByRole('region', { name: 'Open tasks' })).toContainText(customer.task);
    const noted = call.getByRole('region', { name: 'Notes and tasks' });
    await expect(noted).toContainText(customer.note);
    await expect(noted).toContainText('Task, open');
    const earlier = call.getByRole('region', { name: 'Earlier calls' });
    await expect(earlier).toContainText('Not reached');
    await expect(earlier).toContainText('Ada Admin');
    await expectAccessible(agent);
  });

  await test.step('the task is done from there, and the script is a tab away', async () => {
    const call = agent.getByRole('region', { name: 'Full call' });
    await call.getByRole('checkbox', { name: customer.task }).click();
    await expect(call.getByRole('region', { name: 'Notes and tasks' })).toContainText('Task, done');
    await call.getByRole('tab', { name: 'Script' }).click();
    await expect(call.getByText(SCRIPT)).toBeVisible();
    await expectAccessible(agent);
  });

  await test.step('lunch is chosen for after the call', async () => {
    await agent.getByRole('button', { name: 'Close the full call' }).click();
    await setStatus(agent, 'Away: Lunch');
    await expect(status(agent)).toHaveAccessibleName('Your status: On call, then away: Lunch');
  });

  await test.step('the wrap-up runs out: what was typed is kept, the call gets the queue’s outcome, and it is lunch', async () => {
    await contact.getByRole('button', { name: 'Hang up' }).click();
    const form = agent.getByRole('region', { name: 'Wrap-up of the call' });
    await form.getByLabel('Follow-up task').fill('Call Olga again');
    await expect(agent.getByText('Follow-up noted: Call Olga again')).toBeVisible({ timeout: 25_000 });
    await expect(form).toHaveCount(0);
    await expect(status(agent)).toHaveAccessibleName('Your status: Away: Lunch');
    await setStatus(agent, 'Offline');
    await agent.goto('/calls');
    await agent.getByRole('link', { name: customer.name }).click();
    await expect(agent.getByRole('region', { name: 'Facts' })).toContainText('Call back later');
    await agent.getByRole('heading', { name: customer.name, level: 1 }).getByRole('link').click();
    await expect(agent.getByRole('region', { name: 'Open tasks' })).toContainText('Call Olga again');
    await expect(agent.getByRole('region', { name: 'Other calls' })).toContainText('Ada Admin');
  });
});
