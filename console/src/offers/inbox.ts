import { explain, Refused } from '../api/errors';
import type { MediaFault } from '../call/media';
import type { OfferFieldsFragment } from '../gql/graphql';

export type Offer = OfferFieldsFragment;
export type OfferState = Offer['state'];

export interface OfferNews {
  offer: Offer;
  at: string;
}

/** A word for the agent after an offer has gone without their doing, or was declined and the platform does not know. */
export interface Notice {
  offer: Offer;
  kind: 'missed' | 'gone' | 'failed' | 'undeclined';
  words: string | null;
}

export interface InboxState {
  /** Those that ring, the oldest first. */
  offers: readonly Offer[];
  /** The one that this tab is accepting right now. */
  accepting: string | null;
  /** Why the last attempt to accept did not go through. */
  fault: { offerId: string; device: MediaFault | null; words: string | null } | null;
  /** Grows with everything that is heard: our own activity may have changed with it. */
  changes: number;
}

/** What the inbox needs of the world. Tests stand in its place. */
export interface World<Ready> {
  /** Takes the microphone, and with `video` a camera where there is one. Throws a `NoMicrophone`. */
  prepare(video: boolean): Promise<Ready>;
  /** Gives it back. */
  abandon(ready: Ready): void;
  /** Tells the platform. What it answers hands the call to the machine that carries it. */
  accept(offer: Offer): Promise<(ready: Ready) => void>;
  /** Throws where the platform could not be told. */
  decline(offer: Offer, reason: string | null): Promise<void>;
  now(): number;
}

export class NoMicrophone extends Error {
  readonly reason: MediaFault;

  constructor(reason: MediaFault) {
    super('No microphone');
    this.reason = reason;
  }
}

/** A clock that is off by more than this is wrong; less may be the age of what is told again. */
const WRONG_CLOCK_MS = 60_000;
/** An offer that nobody told us the end of is not shown for longer than this after its time. */
const GRACE_MS = 3_000;

/**
 * The offers that ring for this agent. An offer's state only moves forward, so one that was heard to
 * be settled never rings again, however late or often its beginning is told.
 */
export class Inbox<Ready> {
  #state: InboxState = { offers: [], accepting: null, fault: null, changes: 0 };
  #world: World<Ready>;
  #settled = new Set<string>();
  /** What the platform told of the one that this tab was accepting. */
  #overtaken: Offer | null = null;
  #listeners = new Set<() => void>();
  #noticed: (notice: Notice) => void;
  #tell: (offerId: string) => void;
  #skew = 0;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** `tell` makes our other tabs stop at once, before the platform's word reaches them. */
  constructor(world: World<Ready>, noticed: (notice: Notice) => void, tell: (offerId: string) => void) {
    this.#world = world;
    this.#noticed = noticed;
    this.#tell = tell;
  }

  state = (): InboxState => this.#state;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  receive({ offer, at }: OfferNews): void {
    this.#learnClock(at);
    const changes = this.#state.changes + 1;
    if (offer.state !== 'PENDING') {
      this.#become({ changes });
      this.#finish(offer);
      return;
    }
    if (this.#settled.has(offer.id) || this.remaining(offer) < -GRACE_MS) {
      this.#become({ changes });
      return;
    }
    const others = this.#state.offers.filter(({ id }) => id !== offer.id);
    const offers = [...others, offer].sort((one, other) => one.createdAt.localeCompare(other.createdAt));
    clearTimeout(this.#timers.get(offer.id));
    this.#timers.set(offer.id, setTimeout(() => this.settle(offer.id), this.remaining(offer) + GRACE_MS));
    this.#become({ offers, changes });
  }

  /** After a gap in the news: of those that ring here, `found` is what they are now. */
  recheck(asked: readonly string[], found: readonly Pick<Offer, 'id' | 'state' | 'reason' | 'agent'>[]): void {
    for (const offer of this.#state.offers.filter(({ id }) => asked.includes(id))) {
      const now = found.find(({ id }) => id === offer.id);
      if (!now) this.settle(offer.id);
      else if (now.state !== 'PENDING') this.#finish({ ...offer, state: now.state, reason: now.reason ?? null, agent: now.agent });
    }
  }

  /** It rings no more here, whatever became of it. */
  settle(offerId: string): void {
    this.#settled.add(offerId);
    clearTimeout(this.#timers.get(offerId));
    this.#timers.delete(offerId);
    const offers = this.#state.offers.filter(({ id }) => id !== offerId);
    if (offers.length !== this.#state.offers.length) this.#become({ offers });
  }

  /** The microphone comes first: a call that is accepted without one can't be led. */
  async accept(offerId: string): Promise<void> {
    const offer = this.#state.offers.find(({ id }) => id === offerId);
    if (!offer || this.#state.accepting !== null) return;
    this.#become({ accepting: offerId, fault: null });
    let ready: Ready | null = null;
    try {
      ready = await this.#world.prepare(offer.call.media === 'VIDEO');
      // It may have gone while the browser asked for the microphone.
      if (this.#settled.has(offerId)) {
        this.#world.abandon(ready);
        this.#tooLate(offer);
        return;
      }
      const begin = await this.#world.accept(offer);
      // The bells before the call: bringing it up keeps this tab busy.
      this.#tell(offerId);
      this.settle(offerId);
      begin(ready);
    } catch (error) {
      if (ready !== null) this.#world.abandon(ready);
      this.#fail(offer, error);
    } finally {
      this.#become({ accepting: null });
    }
  }

  async decline(offerId: string, reason: string | null): Promise<void> {
    const offer = this.#state.offers.find(({ id }) => id === offerId);
    if (!offer || this.#state.accepting === offerId) return;
    // Nobody waits for the network to stop a bell.
    this.#tell(offerId);
    this.settle(offerId);
    try {
      await this.#world.decline(offer, reason);
    } catch (error) {
      this.#noticed({ offer, kind: 'undeclined', words: explain(error) });
    }
  }

  /** Milliseconds until its time is over, by the platform's clock. */
  remaining(offer: Offer): number {
    return this.left(offer.createdAt, offer.expiresAt);
  }

  /** The same of any time that the platform gives, between two moments that it tells: never more than the whole of it. */
  left(from: string, to: string): number {
    const end = Date.parse(to);
    return Math.min(end - Date.parse(from), end - (this.#world.now() - this.#skew));
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#listeners.clear();
  }

  #fail(offer: Offer, error: unknown): void {
    if (error instanceof Refused && (error.code === 'OFFER_GONE' || error.code === 'NOT_FOUND')) this.settle(offer.id);
    // Where nothing rings any more, nobody reads what stood in the way.
    if (this.#settled.has(offer.id)) {
      this.#tooLate(offer);
    } else if (error instanceof NoMicrophone) {
      this.#become({ fault: { offerId: offer.id, device: error.reason, words: null } });
    } else {
      this.#become({ fault: { offerId: offer.id, device: null, words: explain(error) } });
    }
  }

  #finish(offer: Offer): void {
    const rang = this.#state.offers.some(({ id }) => id === offer.id);
    this.settle(offer.id);
    if (this.#state.accepting === offer.id) this.#overtaken = offer;
    else if (rang) this.#notice(offer);
  }

  /** It went while it was being accepted; where no news said why, its time does. */
  #tooLate(offer: Offer): void {
    if (this.#overtaken?.id === offer.id) this.#notice(this.#overtaken);
    else this.#noticed({ offer, kind: this.remaining(offer) > 0 ? 'gone' : 'missed', words: null });
  }

  #notice(offer: Offer): void {
    if (offer.state === 'TIMED_OUT') this.#noticed({ offer, kind: 'missed', words: offer.reason ?? null });
    if (offer.state === 'CANCELLED') this.#noticed({ offer, kind: 'gone', words: offer.reason ?? null });
    if (offer.state === 'FAILED') this.#noticed({ offer, kind: 'failed', words: offer.reason ?? null });
  }

  /**
   * How far this machine's clock is ahead. Events may be told again long after they happened, so only
   * what can't be their age counts: a clock that is behind, or ahead by more than any offer lasts.
   */
  #learnClock(at: string): void {
    const ahead = this.#world.now() - Date.parse(at);
    if (ahead < 0) this.#skew = Math.min(this.#skew, ahead);
    else if (ahead < WRONG_CLOCK_MS) this.#skew = Math.min(this.#skew, 0);
    else if (this.#skew === 0 || ahead < this.#skew) this.#skew = ahead;
  }

  #become(change: Partial<InboxState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
