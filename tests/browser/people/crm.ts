import type { APIRequestContext } from '@playwright/test';
import { administer, listAgents } from './administrator';
import { findOutcome } from './queue';

export interface Customer {
  name: string;
  email: string;
  company: string;
  /** What was written down last time. */
  note: string;
  /** What an agent has to do for them. */
  task: string;
}

/** Somebody whom the house has known for long; the id. */
export async function makeCustomer(request: APIRequestContext, customer: Customer, agent: string): Promise<string> {
  const { companyCreate } = await administer<{ companyCreate: { company: { id: string } } }>(
    request,
    'mutation ($input: CompanyCreateInput!) { companyCreate(input: $input) { company { id } userErrors { message } } }',
    { input: { name: customer.company } },
  );
  const { contactCreate } = await administer<{ contactCreate: { contact: { id: string } } }>(
    request,
    'mutation ($input: ContactCreateInput!) { contactCreate(input: $input) { contact { id } userErrors { message } } }',
    { input: { name: customer.name, emails: [customer.email], companyId: companyCreate.company.id } },
  );
  const contactId = contactCreate.contact.id;
  await administer(
    request,
    'mutation ($input: NoteCreateInput!) { noteCreate(input: $input) { note { id } userErrors { message } } }',
    { input: { contactId, body: customer.note } },
  );
  const assigneeId = (await listAgents(request)).find(({ user }) => user.email === agent)?.user.id;
  await administer(
    request,
    'mutation ($input: TaskCreateInput!) { taskCreate(input: $input) { task { id } userErrors { message } } }',
    { input: { contactId, assigneeId, title: customer.task } },
  );
  return contactId;
}

/** The administrator has called them before, and said what came of it. */
export async function callBefore(request: APIRequestContext, contactId: string, outcome: string): Promise<void> {
  const { callPlace } = await administer<{ callPlace: { call: { id: string } } }>(
    request,
    'mutation ($input: CallPlaceInput!) { callPlace(input: $input) { call { id } userErrors { message } } }',
    { input: { contactId, media: 'AUDIO' } },
  );
  const callId = callPlace.call.id;
  await administer(request, 'mutation ($input: CallEndInput!) { callEnd(input: $input) { call { id } userErrors { message } } }', { input: { callId } });
  await administer(
    request,
    'mutation ($input: CallWrapUpInput!) { callWrapUp(input: $input) { call { id } userErrors { message } } }',
    { input: { callId, outcomeId: await findOutcome(request, outcome) } },
  );
}
