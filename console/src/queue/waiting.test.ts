import { describe, expect, it } from 'vitest';
import { announcement, BEGINNING, isDeserted, next, type Row, turnWords, type Wait } from './waiting';

const row = (version: number, state: Row['state'], more: Partial<Row> = {}): Row => ({
  version,
  state,
  queueName: 'Support',
  position: null,
  estimatedWaitSeconds: null,
  agent: null,
  message: false,
  ...more,
});

/** Follows rows; returns where it ends and what was said on the way. */
function follow(...rows: Row[]): { wait: Wait; said: string[] } {
  let wait = BEGINNING;
  const said: string[] = [];
  for (const each of rows) {
    const after = next(wait, each);
    const words = announcement(wait, after);
    if (words !== null) said.push(words);
    wait = after;
  }
  return { wait, said };
}

describe('a contact in a queue', () => {
  it('moves up in line, is offered to an agent, and gets through', () => {
    const { wait, said } = follow(
      row(1, 'QUEUED', { position: 3, estimatedWaitSeconds: 240 }),
      row(2, 'QUEUED', { position: 2, estimatedWaitSeconds: 130 }),
      row(3, 'QUEUED', { position: 1, estimatedWaitSeconds: 65 }),
      row(4, 'RINGING', { position: 1 }),
      row(5, 'CONNECTING', { agent: 'Alex' }),
      row(6, 'IN_PROGRESS', { agent: 'Alex' }),
    );
    expect(wait.stage).toBe('agent');
    expect(said).toEqual([
      'You are at place 3. About 4 minutes to wait.',
      'You are at place 2. About 2 minutes to wait.',
      'You are next. About a minute to wait.',
      'An agent is being asked to take your call.',
      'You are being connected.',
    ]);
  });

  it('hears a new estimate in silence: only a new place is told', () => {
    const { wait, said } = follow(
      row(1, 'QUEUED', { position: 3, estimatedWaitSeconds: 240 }),
      row(1, 'QUEUED', { position: 3, estimatedWaitSeconds: 200 }),
    );
    expect(wait.seconds).toBe(200);
    expect(said).toHaveLength(1);
  });

  it('is told when nobody is there, and when somebody comes', () => {
    const { wait, said } = follow(
      row(1, 'QUEUED', { position: 1 }),
      row(1, 'QUEUED', { position: 1, estimatedWaitSeconds: 65 }),
      row(1, 'QUEUED', { position: 1, estimatedWaitSeconds: 50 }),
    );
    expect(isDeserted(wait)).toBe(false);
    expect(said).toEqual(['You are next. Nobody is there to answer right now.', 'You are next. About a minute to wait.']);
  });

  it('stays at its place when an agent declines, without a word of failure', () => {
    const first = { position: 1, estimatedWaitSeconds: 65 };
    const { wait, said } = follow(row(1, 'QUEUED', first), row(2, 'RINGING'), row(3, 'QUEUED', first));
    expect(wait).toMatchObject({ stage: 'line', place: 1, turn: null });
    expect(said).toEqual(['You are next. About a minute to wait.', 'An agent is being asked to take your call.']);
  });

  it('keeps showing its place while an agent is asked', () => {
    expect(follow(row(1, 'QUEUED', { position: 2 }), row(2, 'RINGING')).wait).toMatchObject({ stage: 'offered', place: 2 });
  });

  it('is told when the agent fails after taking it: at its place again', () => {
    const { wait, said } = follow(
      row(1, 'QUEUED', { position: 1 }),
      row(2, 'RINGING'),
      row(3, 'CONNECTING', { agent: 'Alex' }),
      row(4, 'QUEUED', { position: 1 }),
    );
    expect(wait).toMatchObject({ stage: 'line', turn: 'returned' });
    expect(said.at(-1)).toBe('The agent lost the connection. You are at place 1 again; the next one is asked.');
    expect(next(wait, row(5, 'CONNECTING', { agent: 'Bo' })).turn).toBeNull();
  });

  it('is told when another queue takes over', () => {
    const { wait, said } = follow(
      row(1, 'QUEUED', { position: 9 }),
      row(2, 'QUEUED', { position: 4, queueName: 'Second line' }),
      row(3, 'QUEUED', { position: 3, queueName: 'Second line' }),
    );
    expect(turnWords(wait)).toContain('passed on to Second line');
    expect(said).toHaveLength(3);
  });

  it('is told of each queue that takes over, and that it has closed', () => {
    const { said } = follow(
      row(1, 'QUEUED', { position: 9 }),
      row(2, 'QUEUED', { position: 4, queueName: 'Second line' }),
      row(3, 'QUEUED', { position: 4, queueName: 'Third line', queueClosed: {} }),
    );
    expect(said.at(-1)).toBe(
      'You were passed on to Third line, which may be faster. Third line has closed meanwhile. You are still in line.',
    );
  });

  it('is told when the agent puts the call into another queue, and not when it was only put on hold', () => {
    const { wait, said } = follow(
      row(1, 'IN_PROGRESS', { queueName: null, agent: 'Alex' }),
      row(2, 'QUEUED', { queueName: 'Billing', position: 1 }),
      row(3, 'RINGING', { queueName: 'Billing' }),
    );
    expect(wait).toMatchObject({ stage: 'offered', turn: 'handed' });
    expect(said.at(-2)).toContain('You were transferred to Billing');
  });

  it('is told once when the queue closes, and that it still waits', () => {
    const closed = { position: 1, estimatedWaitSeconds: 65, queueClosed: {} };
    const { wait, said } = follow(
      row(1, 'QUEUED', { position: 1, estimatedWaitSeconds: 65 }),
      row(1, 'QUEUED', closed),
      row(1, 'QUEUED', closed),
    );
    expect(wait).toMatchObject({ stage: 'line', closed: true });
    expect(said).toEqual(['You are next. About a minute to wait.', 'Support has closed meanwhile. You are still in line.']);
    expect(next(wait, row(2, 'RINGING', { queueClosed: {} })).closed).toBe(true);
    expect(next(wait, row(2, 'IN_PROGRESS', { agent: 'Alex', queueClosed: {} })).closed).toBe(false);
  });

  it('is not moved back by what comes late', () => {
    const { wait } = follow(row(5, 'IN_PROGRESS', { agent: 'Alex' }), row(4, 'QUEUED', { position: 1 }));
    expect(wait.stage).toBe('agent');
  });

  it('is over once', () => {
    const { wait } = follow(row(1, 'QUEUED', { position: 1 }), row(2, 'ENDED'));
    expect(next(wait, row(3, 'QUEUED', { position: 1 })).stage).toBe('over');
  });
});

describe('a contact who leaves a message', () => {
  it('is no longer in line, and the page of the message speaks for itself', () => {
    const { wait, said } = follow(row(1, 'QUEUED', { position: 2 }), row(2, 'IN_PROGRESS', { message: true }));
    expect(wait).toMatchObject({ stage: 'message', place: null, queue: 'Support' });
    expect(said).toHaveLength(1);
    expect(next(wait, row(3, 'ENDED')).stage).toBe('over');
  });
});

describe('a contact called by an agent', () => {
  it('does not wait in a line', () => {
    expect(follow(row(1, 'RINGING', { queueName: null, agent: 'Alex' })).wait.stage).toBe('agent');
    expect(follow(row(1, 'CREATED', { queueName: null })).wait.stage).toBe('agent');
  });

  it('nor does one that is called back', () => {
    expect(follow(row(7, 'RINGING', { agent: 'Alex' })).wait.stage).toBe('agent');
  });
});
