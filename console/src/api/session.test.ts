import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Session } from './session';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('BroadcastChannel', class { addEventListener() {} });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('tells the time zone of the browser whenever it asks for a session', async () => {
  const told: unknown[] = [];
  vi.stubGlobal('fetch', (_: string, { body }: { body: string }) => {
    const asked = JSON.parse(body) as { operationName: string; variables: { input: { timeZone?: string } } };
    told.push([asked.operationName, asked.variables.input.timeZone]);
    return Promise.reject(new Error('no network'));
  });
  const zone = vi.spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions');
  const be = (timeZone: string) => zone.mockReturnValue({ timeZone } as Intl.ResolvedDateTimeFormatOptions);
  const session = new Session();
  be('Asia/Tokyo');
  await expect(session.signIn('ada@example.com', 'a good password')).rejects.toThrow();
  be('Europe/Berlin');
  await session.refresh();
  expect(told).toEqual([
    ['SessionCreate', 'Asia/Tokyo'],
    ['SessionRefresh', 'Europe/Berlin'],
  ]);
});
