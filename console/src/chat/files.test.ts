import { expect, it } from 'vitest';
import { refusal } from './files';

it('says before the upload what the platform would refuse', () => {
  expect(refusal({ name: 'a.png', type: 'image/png', size: 5_000 })).toBeNull();
  expect(refusal({ name: 'a.exe', type: 'application/x-msdownload', size: 5 })).toContain('only pictures');
  expect(refusal({ name: 'a.pdf', type: 'application/pdf', size: 11_000_000 })).toContain('11.0 MB');
  expect(refusal({ name: 'a.txt', type: 'text/plain', size: 0 })).toBe('a.txt is empty.');
});
