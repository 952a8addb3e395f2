import { expect, it } from 'vitest';
import { optionsOf } from './options';

it('names what is set, though the list does not have it', () => {
  const list = [{ id: 'queue_1', name: 'Sales' }];
  const labels = (set: Parameters<typeof optionsOf>[1]) => optionsOf(list, set).map(({ label }) => label);
  expect(labels(null)).toEqual(['Sales']);
  expect(labels({ id: 'queue_1', name: 'Sales', archivedAt: null })).toEqual(['Sales']);
  expect(labels({ id: 'queue_2', name: 'Support', archivedAt: null })).toEqual(['Support', 'Sales']);
  expect(labels({ id: 'queue_2', name: 'Support', archivedAt: '2027-01-01T00:00:00Z' })).toEqual(['Support (archived)', 'Sales']);
});
