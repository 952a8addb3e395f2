import { describe, expect, it } from 'vitest';
import type { TaskCreateInput } from '../gql/graphql';
import type { Shelf } from '../notes/autosave';
import { FollowUp, type Written } from './follow-up';

/** A platform that makes a task a key, and whose answers can get lost. */
function platform() {
  const tasks = new Map<string, TaskCreateInput>();
  let lost = false;
  return {
    tasks: () => [...tasks.values()],
    loseAnswers: (yes: boolean) => {
      lost = yes;
    },
    make: async (task: TaskCreateInput, key: string) => {
      const first = tasks.get(key);
      if (first) expect(task).toEqual(first);
      tasks.set(key, task);
      if (lost) throw new Error('The server can’t be reached.');
    },
  };
}

function keys() {
  let count = 0;
  return () => `key-${(count += 1)}`;
}

function shelf(): Shelf<Written> {
  let kept: Written | null = null;
  return {
    read: () => kept,
    write: (written) => {
      kept = written;
    },
    clear: () => {
      kept = null;
    },
    closed: () => false,
  };
}

describe('a follow-up', () => {
  it('is sent with its due time, and the field is empty again', async () => {
    const { make, tasks } = platform();
    const followUp = new FollowUp(make, shelf(), keys());
    followUp.type({ title: ' Call again ', due: '2027-01-01T09:00' });
    await followUp.send();
    expect(tasks()).toEqual([{ title: 'Call again', dueAt: new Date(2027, 0, 1, 9).toISOString() }]);
    expect(followUp.state()).toMatchObject({ title: '', due: '' });
  });

  it('leaves a date out that nobody chose, and sends nothing where nothing is written', async () => {
    const { make, tasks } = platform();
    const followUp = new FollowUp(make, shelf(), keys());
    followUp.type({ title: ' ', due: '2027-01-01T09:00' });
    await followUp.send();
    followUp.type({ title: 'Some day', due: '' });
    await followUp.send();
    expect(tasks()).toEqual([{ title: 'Some day' }]);
  });

  it('is made once, though the answer is lost and “Done” is pressed again', async () => {
    const { make, tasks, loseAnswers } = platform();
    const followUp = new FollowUp(make, shelf(), keys());
    followUp.type({ title: 'Call again' });
    loseAnswers(true);
    await expect(followUp.send()).rejects.toThrow('reached');
    expect(followUp.state().title).toBe('Call again');
    loseAnswers(false);
    await followUp.send();
    await followUp.send();
    expect(tasks()).toEqual([{ title: 'Call again' }]);
  });

  it('is made once, though two presses come at once', async () => {
    const { make, tasks } = platform();
    const followUp = new FollowUp(make, shelf(), keys());
    followUp.type({ title: 'Call again' });
    await Promise.all([followUp.send(), followUp.send()]);
    expect(tasks()).toHaveLength(1);
  });

  it('is another one once it is changed', async () => {
    const { make, tasks, loseAnswers } = platform();
    const followUp = new FollowUp(make, shelf(), keys());
    followUp.type({ title: 'Call again' });
    loseAnswers(true);
    await followUp.send().catch(() => undefined);
    loseAnswers(false);
    followUp.type({ title: 'Write to her' });
    await followUp.send();
    expect(tasks().map(({ title }) => title)).toEqual(['Call again', 'Write to her']);
  });

  it('keeps what is typed while it is sent', async () => {
    const { make } = platform();
    const followUp = new FollowUp(make, shelf(), keys());
    followUp.type({ title: 'Call again' });
    const sending = followUp.send();
    followUp.type({ title: 'Send the price list' });
    await sending;
    expect(followUp.state().title).toBe('Send the price list');
  });

  it('outlives a reload until it is made, also one whose answer was lost', async () => {
    const { make, tasks, loseAnswers } = platform();
    const [kept, newKey] = [shelf(), keys()];
    const before = new FollowUp(make, kept, newKey);
    before.type({ title: 'Call again' });
    loseAnswers(true);
    await before.send().catch(() => undefined);

    loseAnswers(false);
    const after = new FollowUp(make, kept, newKey);
    expect(after.state().title).toBe('Call again');
    await after.send();
    expect(tasks()).toEqual([{ title: 'Call again' }]);
    expect(new FollowUp(make, kept, newKey).state().title).toBe('');
  });

  it('is not kept once it is rubbed out', () => {
    const kept = shelf();
    const followUp = new FollowUp(platform().make, kept, keys());
    followUp.type({ title: 'Call again' });
    followUp.type({ title: '' });
    expect(kept.read()).toBeNull();
  });
});
