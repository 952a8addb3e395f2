import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refused } from '../api/errors';
import { Choices } from './choices';
import type { Draft } from './draft';

/** A platform whose answers the test gives, in the order of the questions. */
function platform() {
  const asked: { outcomeId: string | null; done: boolean; answer: (error?: Error) => Promise<void> }[] = [];
  const send = ({ outcomeId }: Draft, done: boolean) =>
    new Promise<void>((resolve, reject) => {
      const answer = async (error?: Error) => {
        if (error) reject(error);
        else resolve();
        await vi.advanceTimersByTimeAsync(0);
      };
      asked.push({ outcomeId, done, answer });
    });
  return { asked, sent: () => asked.map(({ outcomeId, done }) => (done ? `${outcomeId}, done` : outcomeId)), choices: new Choices(send, { outcomeId: null, tags: [] }) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('sends one after the other, and of several that wait the latest', async () => {
  const { choices, asked, sent } = platform();
  choices.choose({ outcomeId: 'solved' });
  await vi.advanceTimersByTimeAsync(0);
  choices.choose({ outcomeId: 'lost' });
  choices.choose({ outcomeId: 'later' });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent()).toEqual(['solved']);
  await asked[0]?.answer();
  expect(sent()).toEqual(['solved', 'later']);
  await asked[1]?.answer();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent()).toHaveLength(2);
});

it('says what keeps it from being saved, and tries again by itself', async () => {
  const { choices, asked, sent } = platform();
  choices.choose({ outcomeId: 'solved' });
  await vi.advanceTimersByTimeAsync(0);
  await asked[0]?.answer(new Error('no network'));
  expect(choices.state()).toMatchObject({ draft: { outcomeId: 'solved' }, trouble: 'no network' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sent()).toEqual(['solved', 'solved']);
  await asked[1]?.answer();
  expect(choices.state().trouble).toBeNull();
});

it('does not ask again for what the platform refuses', async () => {
  const { choices, asked, sent } = platform();
  choices.choose({ outcomeId: 'old' });
  await vi.advanceTimersByTimeAsync(0);
  await asked[0]?.answer(new Refused({ code: 'INVALID', message: 'No longer in use.' }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent()).toEqual(['old']);
  expect(choices.state().trouble).toBe('No longer in use.');
});

it('is done after what is under way, and stays open with the reason where it is not', async () => {
  const { choices, asked, sent } = platform();
  choices.choose({ outcomeId: 'solved' });
  await vi.advanceTimersByTimeAsync(0);
  const refused = choices.done().catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent()).toEqual(['solved']);
  await asked[0]?.answer();
  expect(sent()).toEqual(['solved', 'solved, done']);
  await asked[1]?.answer(new Refused({ code: 'NOT_FOUND', message: 'There is none.' }));
  expect(await refused).toBe('There is none.');
});
