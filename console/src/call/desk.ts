import type { Client } from '@urql/core';
import type { MonitorMode } from '../gql/graphql';
import { callJoin, graphqlSignalling } from './graphql-signalling';
import { LiveCall } from './live-call';
import { LocalMedia } from './media';
import type { Joined } from './signalling';

/** What this tab knows of its call beyond the platform's row; it outlives a reload of the tab. */
export interface CallTicket {
  callId: string;
  video: boolean;
  /** Handed out once, when the call is placed. */
  joinUrl: string | null;
  /** Who is called, until it shows in the call itself. */
  name?: string;
  /** A supervisor looks into somebody else's call this way: going ends it for nobody. */
  monitor?: MonitorMode | null;
}

export interface CurrentCall {
  ticket: CallTicket;
  live: LiveCall;
  media: LocalMedia;
}

const STORED = 'cordboard.call';

/**
 * The one call of this tab. Another tab takes it over when it is asked to, and a copy of this one
 * does so as it opens: then this one gives it up, until it is asked to go on.
 */
export class Desk {
  #client: Client;
  #current: CurrentCall | null = null;
  #listeners = new Set<() => void>();

  constructor(client: Client) {
    this.#client = client;
    addEventListener('online', this.#wake);
  }

  current = (): CurrentCall | null => this.#current;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up the call that a reload interrupted. */
  resume(): void {
    const stored = sessionStorage.getItem(STORED);
    if (stored && !this.#current) this.begin(JSON.parse(stored) as CallTicket);
  }

  /** `opened` is what a call that was offered has already: its microphone, and the way to join. */
  begin(ticket: CallTicket, opened?: { media: LocalMedia; joined: Joined | null }): void {
    // Whoever looks into another call leaves the one before; one's own call would be lost rather than left.
    if (this.#current?.ticket.monitor) void this.#current.live.hangUp();
    else this.#current?.live.end('Replaced by another call');
    this.#current?.media.stop();
    sessionStorage.setItem(STORED, JSON.stringify(ticket));
    const media = opened?.media ?? new LocalMedia();
    const signalling = graphqlSignalling(this.#client, {
      join: (generation) => callJoin(this.#client, { callId: ticket.callId, generation }),
      ends: () => (this.#monitors(ticket.callId) ? null : { callId: ticket.callId }),
    });
    const live = new LiveCall(
      signalling,
      media,
      (configuration) => new RTCPeerConnection(configuration),
      () => new MediaStream(),
    );
    this.#current = { ticket, live, media };
    live.onChange(() => {
      if (live.state().phase !== 'ended') return;
      media.stop();
      if (this.#current?.live === live) sessionStorage.removeItem(STORED);
    });
    this.#tell();
    // The connection doesn't wait for the devices: tracks join it as they open.
    void live.start(opened?.joined ?? undefined);
    if (!opened && ticket.monitor === 'LISTEN') media.listen();
    else if (!opened) void media.open(ticket.video && !ticket.monitor);
  }

  /** The supervisor changed over; null: the call is their own now. */
  monitor(mode: MonitorMode | null): void {
    if (!this.#current) return;
    const ticket = { ...this.#current.ticket, monitor: mode };
    this.#current = { ...this.#current, ticket };
    sessionStorage.setItem(STORED, JSON.stringify(ticket));
    this.#tell();
  }

  /** Takes an ended call off the bar. */
  dismiss(): void {
    if (this.#current?.live.state().phase !== 'ended') return;
    this.#current = null;
    this.#tell();
  }

  /**
   * The session is over. Whoever wants to end the call does so before: here the platform is told nothing. One that was
   * lost rather than left finds its call again by signing in.
   */
  close(lost: boolean): void {
    removeEventListener('online', this.#wake);
    if (!lost) sessionStorage.removeItem(STORED);
    const current = this.#current;
    this.#current = null;
    current?.live.end('You are signed out');
    current?.media.stop();
  }

  #monitors(callId: string): boolean {
    const ticket = this.#current?.ticket;
    // A call that another one has replaced was left already.
    return ticket?.callId !== callId || Boolean(ticket.monitor);
  }

  #wake = () => this.#current?.live.wake();

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
