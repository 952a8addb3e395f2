import { CombinedError } from '@urql/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused } from '../api/errors';
import { Inbox, NoMicrophone, type Notice, type Offer, type OfferState, type World } from './inbox';

const START = Date.UTC(2026, 0, 1, 12);
const iso = (milliseconds: number) => new Date(START + milliseconds).toISOString();

function offer(id: string, state: OfferState = 'PENDING', reason: string | null = null): Offer {
  const call = { id: `call_${id}`, media: 'AUDIO' } as Offer['call'];
  return { id, state, reason, createdAt: iso(0), expiresAt: iso(20_000), callback: false, call } as Offer;
}

function setUp(world: Partial<World<string>> = {}) {
  const done: string[] = [];
  const notices: Notice[] = [];
  const told: string[] = [];
  const inbox = new Inbox<string>(
    {
      prepare: async (video) => {
        done.push(video ? 'microphone and camera' : 'microphone');
        return 'ready';
      },
      abandon: () => void done.push('abandoned'),
      accept: async ({ id }) => {
        done.push(`accepted ${id}`);
        return () => void done.push(`began, when ${told.length} had been told`);
      },
      decline: async ({ id }, reason) => void done.push(`declined ${id}: ${reason}`),
      now: () => Date.now(),
      ...world,
    },
    (notice) => notices.push(notice),
    (id) => told.push(id),
  );
  const ids = () => inbox.state().offers.map(({ id }) => id);
  return { inbox, done, notices, told, ids };
}

const UNREACHED = new CombinedError({ networkError: new Error('Failed to fetch') });

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
});
afterEach(() => vi.useRealTimers());

describe('an offer', () => {
  it('rings until it is settled, and never again after that', () => {
    const { inbox, ids } = setUp();
    inbox.receive({ offer: offer('a'), at: iso(0) });
    expect(ids()).toEqual(['a']);
    inbox.receive({ offer: offer('a', 'CANCELLED'), at: iso(50) });
    expect(ids()).toEqual([]);
    // A reconnect may repeat what was told before.
    inbox.receive({ offer: offer('a'), at: iso(0) });
    expect(ids()).toEqual([]);
  });

  it('goes where a gap in the news hid its end', () => {
    const { inbox, ids, notices } = setUp();
    for (const id of ['a', 'b', 'c', 'd']) inbox.receive({ offer: offer(id), at: iso(0) });
    const asked = ['a', 'b', 'c'];
    inbox.recheck(asked, [offer('a', 'CANCELLED', 'A colleague took it.'), offer('b')]);
    // One that came after the question was asked is none of the answer's.
    expect(ids()).toEqual(['b', 'd']);
    expect(notices).toMatchObject([{ kind: 'gone', words: 'A colleague took it.' }]);
  });

  it('goes by itself when its end is never told', () => {
    const { inbox, ids } = setUp();
    inbox.receive({ offer: offer('a'), at: iso(0) });
    vi.advanceTimersByTime(22_000);
    expect(ids()).toEqual(['a']);
    vi.advanceTimersByTime(2_000);
    expect(ids()).toEqual([]);
  });

  it('does not ring when it is told after its time', () => {
    const { inbox, ids } = setUp();
    vi.setSystemTime(START + 40_000);
    inbox.receive({ offer: offer('a'), at: iso(0) });
    expect(ids()).toEqual([]);
  });

  it('rings its whole time on a machine whose clock is wrong', () => {
    const { inbox } = setUp();
    vi.setSystemTime(START + 3_600_000);
    inbox.receive({ offer: offer('a'), at: iso(0) });
    expect(inbox.remaining(offer('a'))).toBe(20_000);
    const late = setUp();
    vi.setSystemTime(START - 3_600_000);
    late.inbox.receive({ offer: offer('a'), at: iso(0) });
    expect(late.inbox.remaining(offer('a'))).toBe(20_000);
  });

  it('teaches what the platform’s clock says, which counts for a wrap-up, too', () => {
    const { inbox } = setUp();
    vi.setSystemTime(START + 3_600_000);
    expect(inbox.left(iso(30_000), iso(90_000))).toBeLessThan(0);
    inbox.receive({ offer: offer('a'), at: iso(0) });
    vi.advanceTimersByTime(50_000);
    expect(inbox.left(iso(30_000), iso(90_000))).toBe(40_000);
    // A clock that is behind gives nothing beyond the whole.
    vi.setSystemTime(START - 3_600_000);
    expect(inbox.left(iso(30_000), iso(90_000))).toBe(60_000);
  });

  it('that ends without the agent leaves a word', () => {
    const { inbox, notices } = setUp();
    inbox.receive({ offer: offer('a'), at: iso(0) });
    inbox.receive({ offer: offer('a', 'TIMED_OUT'), at: iso(20_000) });
    inbox.receive({ offer: offer('b'), at: iso(0) });
    inbox.receive({ offer: offer('b', 'CANCELLED', 'The caller hung up.'), at: iso(100) });
    // One that never rang here is nobody's news.
    inbox.receive({ offer: offer('c', 'TIMED_OUT'), at: iso(200) });
    expect(notices.map(({ kind, words }) => [kind, words])).toEqual([
      ['missed', null],
      ['gone', 'The caller hung up.'],
    ]);
  });
});

describe('accepting', () => {
  it('takes the microphone first, then tells the platform, then the other tabs, and then begins', async () => {
    const { inbox, done, told, ids } = setUp();
    inbox.receive({ offer: offer('a'), at: iso(0) });
    await inbox.accept('a');
    expect(done).toEqual(['microphone', 'accepted a', 'began, when 1 had been told']);
    expect(told).toEqual(['a']);
    expect(ids()).toEqual([]);
  });

  it('without a microphone is no accepting: it rings on and says why', async () => {
    const { inbox, done, ids } = setUp({ prepare: () => Promise.reject(new NoMicrophone('denied')) });
    inbox.receive({ offer: offer('a'), at: iso(0) });
    await inbox.accept('a');
    expect(done).toEqual([]);
    expect(ids()).toEqual(['a']);
    expect(inbox.state()).toMatchObject({ accepting: null, fault: { offerId: 'a', device: 'denied' } });
  });

  it('what a colleague took is said quietly, and the microphone given back', async () => {
    const gone = new Refused({ code: 'OFFER_GONE', message: 'Gone.' });
    const { inbox, done, notices, ids } = setUp({ accept: () => Promise.reject(gone) });
    inbox.receive({ offer: offer('a'), at: iso(0) });
    await inbox.accept('a');
    expect(done).toEqual(['microphone', 'abandoned']);
    expect(ids()).toEqual([]);
    expect(notices.map(({ kind }) => kind)).toEqual(['gone']);
  });

  it('too late is told as what it was', async () => {
    let refuse: (error: Error) => void = () => undefined;
    const { inbox, notices } = setUp({ accept: () => new Promise((_accepted, reject) => (refuse = reject)) });
    inbox.receive({ offer: offer('a'), at: iso(0) });
    const accepting = inbox.accept('a');
    await vi.advanceTimersByTimeAsync(19_900);
    inbox.receive({ offer: offer('a', 'TIMED_OUT', 'no answer'), at: iso(20_000) });
    refuse(new Refused({ code: 'OFFER_GONE', message: 'Gone.' }));
    await accepting;
    expect(notices).toMatchObject([{ kind: 'missed', words: 'no answer' }]);
  });

  it('what went while the browser asked for the microphone is not accepted', async () => {
    let allow: (ready: string) => void = () => undefined;
    const { inbox, done, notices } = setUp({ prepare: () => new Promise((resolve) => (allow = resolve)) });
    inbox.receive({ offer: offer('a'), at: iso(0) });
    const accepting = inbox.accept('a');
    inbox.receive({ offer: offer('a', 'CANCELLED', 'The caller hung up.'), at: iso(500) });
    allow('ready');
    await accepting;
    expect(done).toEqual(['abandoned']);
    expect(notices).toMatchObject([{ kind: 'gone', words: 'The caller hung up.' }]);
  });

  it('what went while the microphone was refused is told as what it was', async () => {
    let refuse: (error: Error) => void = () => undefined;
    const { inbox, notices } = setUp({ prepare: () => new Promise((_ready, reject) => (refuse = reject)) });
    inbox.receive({ offer: offer('a'), at: iso(0) });
    const accepting = inbox.accept('a');
    inbox.receive({ offer: offer('a', 'TIMED_OUT', 'no answer'), at: iso(20_000) });
    refuse(new NoMicrophone('denied'));
    await accepting;
    expect(notices).toMatchObject([{ kind: 'missed', words: 'no answer' }]);
    expect(inbox.state().fault).toBeNull();
  });

  it('that does not get through rings on, and says in plain words why', async () => {
    const { inbox, ids } = setUp({ accept: () => Promise.reject(UNREACHED) });
    inbox.receive({ offer: offer('a'), at: iso(0) });
    await inbox.accept('a');
    expect(ids()).toEqual(['a']);
    expect(inbox.state().fault).toMatchObject({ offerId: 'a', words: 'The server can’t be reached. Check the connection and try again.' });
  });

  it('happens once, however often it is pressed', async () => {
    const { inbox, done } = setUp();
    inbox.receive({ offer: offer('a'), at: iso(0) });
    await Promise.all([inbox.accept('a'), inbox.accept('a')]);
    // Begun once, too.
    expect(done.slice(0, 2)).toEqual(['microphone', 'accepted a']);
    expect(done).toHaveLength(3);
  });
});

describe('declining', () => {
  it('stops the bell at once, here and in the other tabs', async () => {
    const { inbox, done, told, ids } = setUp({ decline: () => new Promise(() => undefined) });
    inbox.receive({ offer: offer('a'), at: iso(0) });
    void inbox.decline('a', 'Lunch');
    expect(ids()).toEqual([]);
    expect(told).toEqual(['a']);
    expect(done).toEqual([]);
  });

  it('that the platform was not told of is said', async () => {
    const { inbox, notices } = setUp({ decline: () => Promise.reject(UNREACHED) });
    inbox.receive({ offer: offer('a'), at: iso(0) });
    await inbox.decline('a', null);
    expect(notices).toMatchObject([{ kind: 'undeclined', words: expect.stringContaining('can’t be reached') as string }]);
  });
});
