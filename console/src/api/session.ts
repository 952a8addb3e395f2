import { Client, fetchExchange } from '@urql/core';
import { graphql } from '../gql';
import type { SessionFieldsFragment } from '../gql/graphql';
import type { TokenSource } from './client';
import { faultCode, payload, Refused } from './errors';

graphql(`
  fragment SessionFields on Session {
    accessToken
    expiresAt
    user {
      id
      name
      email
      role
      timeZone
    }
  }
`);

const SessionCreate = graphql(`
  mutation SessionCreate($input: SessionCreateInput!) {
    sessionCreate(input: $input) {
      session {
        ...SessionFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const SessionRefresh = graphql(`
  mutation SessionRefresh($input: SessionRefreshInput!) {
    sessionRefresh(input: $input) {
      session {
        ...SessionFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const SessionRevoke = graphql(`
  mutation SessionRevoke($input: SessionRevokeInput!) {
    sessionRevoke(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`);

export type SignedInUser = SessionFieldsFragment['user'];

export type SessionState =
  | { status: 'starting' }
  | { status: 'unreachable' }
  | { status: 'signed-out'; ended: boolean }
  | { status: 'signed-in'; user: SignedInUser };

/** Asked each time: a laptop travels. */
const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** An access token lives ten minutes; it is replaced a minute before. */
const EARLY_MS = 60_000;

/**
 * A user's session. The access token stays in memory; the refresh token is an HttpOnly cookie that
 * scripts never see. Several tabs share the cookie, each with an access token of its own; a lock
 * keeps them from refreshing at the same moment.
 */
export class Session implements TokenSource {
  #state: SessionState = { status: 'starting' };
  #token: string | null = null;
  #expiresAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshing: Promise<void> | null = null;
  #listeners = new Set<() => void>();
  #anonymous = new Client({ url: '/graphql', preferGetMethod: false, exchanges: [fetchExchange] });
  #tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('cordboard-session') : null;

  constructor() {
    this.#tabs?.addEventListener('message', (message: MessageEvent<unknown>) => {
      if (message.data === 'signed-out') this.#leave(false);
      if (message.data === 'signed-in' && this.#state.status === 'signed-out') void this.refresh();
    });
    // A laptop that slept through the timer asks as soon as someone looks at it.
    globalThis.document?.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#token !== null && this.stale()) void this.refresh();
    });
  }

  state = (): SessionState => this.#state;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  current(): string | null {
    return this.#token;
  }

  stale(): boolean {
    return this.#state.status === 'signed-in' && Date.now() > this.#expiresAt - EARLY_MS / 2;
  }

  async signIn(email: string, password: string): Promise<void> {
    const result = await this.#anonymous
      .mutation(SessionCreate, { input: { email, password, cookie: true, timeZone: timeZone() } })
      .toPromise();
    const { session } = payload(result, (data) => data.sessionCreate);
    if (!session) throw new Error('The server sent no session.');
    this.#enter(session);
    this.#tabs?.postMessage('signed-in');
  }

  /** Takes a new access token by the cookie. Signs out only if the server says so. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#exclusive(() => this.#refresh()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Ends this session, or with `everywhere` those of the person's other browsers too. */
  async signOut(everywhere = false): Promise<void> {
    const token = this.#token;
    this.#leave(false);
    this.#tabs?.postMessage('signed-out');
    await this.#anonymous
      .mutation(SessionRevoke, { input: { everywhere } }, { fetchOptions: { headers: { Authorization: `Bearer ${token ?? ''}` } } })
      .toPromise();
  }

  async #refresh(): Promise<void> {
    const result = await this.#anonymous
      .mutation(SessionRefresh, { input: { cookie: true, timeZone: timeZone() } })
      .toPromise();
    try {
      const { session } = payload(result, (data) => data.sessionRefresh);
      if (session) this.#enter(session);
      else this.#leave(this.#state.status === 'signed-in');
    } catch (error) {
      const refused =
        error instanceof Refused || (result.error !== undefined && faultCode(result.error) === 'UNAUTHENTICATED');
      if (refused) this.#leave(this.#state.status === 'signed-in');
      else this.#later();
    }
  }

  /** The server is away: keep what we have and ask again soon. */
  #later(): void {
    if (this.#state.status === 'starting') this.#become({ status: 'unreachable' });
    this.#schedule(3_000);
  }

  #enter(session: SessionFieldsFragment): void {
    this.#token = session.accessToken;
    this.#expiresAt = Date.parse(session.expiresAt);
    this.#schedule(Math.max(5_000, this.#expiresAt - Date.now() - EARLY_MS));
    const present = this.#state;
    if (present.status !== 'signed-in' || present.user.id !== session.user.id) {
      this.#become({ status: 'signed-in', user: session.user });
    }
  }

  #leave(ended: boolean): void {
    clearTimeout(this.#timer);
    this.#token = null;
    this.#expiresAt = 0;
    this.#become({ status: 'signed-out', ended });
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), delay);
  }

  #become(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  /** Locks exist in secure contexts only; without one the server's 30 s repeat rule covers us. */
  async #exclusive(work: () => Promise<void>): Promise<void> {
    const locks = globalThis.navigator?.locks;
    if (locks) await locks.request('cordboard-refresh', work);
    else await work();
  }
}
