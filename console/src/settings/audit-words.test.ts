import { expect, it } from 'vitest';
import { auditWords } from './audit-words';

const alex = { __typename: 'Agent', id: 'agent_1', user: { id: 'user_1', name: 'Alex Agent' } } as const;
const support = { __typename: 'Queue', id: 'queue_1', name: 'Support' } as const;

it('says what was done, and to whom', () => {
  const mode = (value: string) => [{ name: 'mode', value }];
  expect(auditWords({ action: 'CALL_MONITORED', details: mode('WHISPER'), subject: null })).toBe('Whispered into the call');
  expect(auditWords({ action: 'CALL_TAKEN_OVER', details: [], subject: alex })).toBe('Took the call over from Alex Agent');
  expect(auditWords({ action: 'CALL_MOVED', details: [], subject: support })).toBe('Moved the call to Support');
  const away = [
    { name: 'status', value: 'AWAY' },
    { name: 'reason', value: 'Lunch' },
  ];
  expect(auditWords({ action: 'AGENT_STATUS_SET', details: away, subject: alex })).toBe('Set Alex Agent to Away: Lunch');
  const ada = { __typename: 'Contact', id: 'contact_1', name: 'Ada' } as const;
  const from = (value: string) => [{ name: 'from', value }];
  expect(auditWords({ action: 'CALL_CONTACT_SET', details: from('contact_2'), subject: ada })).toBe('Said that the caller is Ada');
  expect(auditWords({ action: 'CALL_CONTACT_SET', details: from('contact_1'), subject: ada })).toBe('Confirmed that the caller is Ada');
});

it('still reads where a newer platform tells more, or a row is gone', () => {
  expect(auditWords({ action: 'CALL_MONITORED', details: [], subject: null })).toBe('Looked into a call');
  expect(auditWords({ action: 'CALL_MOVED', details: [], subject: null })).toBe('Moved the call to another queue');
  expect(auditWords({ action: 'CALL_CONTACT_SET', details: [], subject: null })).toBe('Said that the caller is a contact');
});
