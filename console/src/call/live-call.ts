import { Connection, type MakePeer } from './connection';
import { type LocalMedia, outgoing } from './media';
import { judge, type Joined, type OwnLeg, type Signal, type Signalling } from './signalling';
import { type MakeStream, type Slot, Slots } from './slots';

/** JOINING until the leg exists, CONNECTING until media flow, RECONNECTING while they don't any more. */
export type Phase = 'joining' | 'connecting' | 'connected' | 'reconnecting' | 'ended';

export interface LiveCallState {
  phase: Phase;
  legId: string | null;
  epoch: number | null;
  /** What comes in: of everybody else in the call, or the music of a queue. */
  slots: readonly Slot[];
  /** Plain words once the phase is ended. */
  endReason: string | null;
  /** It ended for this page alone: another page of the same person has the leg. */
  taken: boolean;
  /** The present connection, for statistics. */
  peer: RTCPeerConnection | null;
}

/** A short break mends itself; after this we gather addresses anew. */
const RESTART_AFTER_MS = 2_000;
/** An ICE restart or a first connection that takes longer has failed: begin from callJoin. */
const CONNECT_LIMIT_MS = 8_000;
const RETRY_MS = 500;
const RETRY_LIMIT_MS = 5_000;
/** So long the platform may take to hear of a hang-up before the connection closes anyway. */
const HANG_UP_LIMIT_MS = 2_000;

/**
 * One party's side of a call, from joining to the end. It owns the connection and mends it: an ICE
 * restart first, then joining again, for as long as the platform keeps the leg and no other page
 * takes it. The media are given to it and stay the caller's.
 */
export class LiveCall {
  #state: LiveCallState;
  #signalling: Signalling;
  #media: LocalMedia;
  #makePeer: MakePeer;
  #connection: Connection | null = null;
  #slots: Slots;
  #listeners = new Set<() => void>();
  #stopSignals: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** Counts attempts, so that a late answer to an earlier one is recognised. */
  #attempt = 0;
  #leaveMedia: () => void;
  #sent: { audio: MediaStreamTrack | null; video: MediaStreamTrack | null } = { audio: null, video: null };
  #told: { muted: boolean; videoOn: boolean; screenOn: boolean } | null = null;
  /** Media have flowed at some time: whoever hangs up now ends a conversation. */
  #wasConnected = false;
  #hungUp = false;
  /** Of the leg, once it is ours: what we mend isn't to be taken for another page that takes it. */
  #generation: number | null = null;

  constructor(signalling: Signalling, media: LocalMedia, makePeer: MakePeer, makeStream: MakeStream) {
    this.#signalling = signalling;
    this.#media = media;
    this.#makePeer = makePeer;
    this.#slots = new Slots(makeStream);
    this.#state = { phase: 'joining', legId: null, epoch: null, slots: this.#slots.list(), endReason: null, taken: false, peer: null };
    this.#leaveMedia = media.onChange(() => void this.#follow());
  }

  state = (): LiveCallState => this.#state;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Joins and connects. A page that joined already (to ask for consent) passes what it got. */
  async start(joined?: Joined): Promise<void> {
    if (joined) await this.#connect(joined);
    else await this.#join();
  }

  /** Asks the platform to end our part, or the call. It is over for us whatever it answers. `leave`: the others go on. */
  async hangUp(leave = false): Promise<void> {
    // Out of it already: the call may go on with somebody else, and is no longer ours to end.
    if (this.#state.phase === 'ended') return;
    const { legId } = this.#state;
    const connection = this.#connection;
    connection?.retire();
    this.#connection = null;
    this.#hungUp = true;
    this.end('You hung up');
    if (legId) {
      // A connection that closes before the platform knows why looks like a lost one.
      const limit = new Promise((resolve) => setTimeout(resolve, HANG_UP_LIMIT_MS));
      await Promise.race([this.#tellHangUp(legId, leave), limit]);
    }
    connection?.close();
  }

  async #tellHangUp(legId: string, leave: boolean): Promise<void> {
    const told = this.#wasConnected && !leave ? this.#signalling.hangUp(legId) : this.#signalling.leave(legId);
    await told.catch(() => undefined);
  }

  /** The network came back: don't wait for the next attempt. */
  wake(): void {
    if (this.#state.phase === 'reconnecting') this.#restart();
    else if (this.#state.phase === 'joining' && this.#failures > 0) void this.#join();
  }

  end(reason: string, taken = false): void {
    if (this.#state.phase === 'ended') return;
    this.#attempt += 1;
    clearTimeout(this.#timer);
    this.#stopSignals?.();
    this.#stopSignals = null;
    this.#leaveMedia();
    this.#connection?.close();
    this.#connection = null;
    this.#become({ phase: 'ended', endReason: reason, taken, peer: null });
  }

  async #join(): Promise<void> {
    const attempt = ++this.#attempt;
    clearTimeout(this.#timer);
    try {
      const joined = await this.#signalling.join(this.#generation);
      if (attempt === this.#attempt) await this.#connect(joined);
      // Hung up while the platform was still making the leg.
      else if (this.#hungUp && this.#state.legId === null) await this.#tellHangUp(joined.legId, true);
    } catch (error) {
      if (attempt === this.#attempt) this.#mend(error);
    }
  }

  async #connect(joined: Joined): Promise<void> {
    const attempt = ++this.#attempt;
    const first = this.#state.phase === 'joining' || this.#state.phase === 'connecting';
    this.#connection?.close();
    const connection = new Connection(joined, this.#signalling, this.#makePeer, {
      onState: (state) => this.#onPeerState(state),
      onTrack: (track, slot, receiver) => {
        this.#slots.add(slot, track, receiver);
        this.#become({ slots: this.#slots.list() });
      },
      onEpoch: (epoch) => {
        if (epoch !== this.#state.epoch) this.#become({ epoch });
      },
      onFault: (error) => this.#mend(error),
    });
    this.#connection = connection;
    this.#generation = joined.generation;
    this.#slots.reset();
    this.#sent = { audio: null, video: null };
    this.#become({
      phase: first ? 'connecting' : 'reconnecting',
      legId: joined.legId,
      epoch: joined.epoch,
      slots: this.#slots.list(),
      peer: connection.peer,
    });
    this.#listen(joined);
    this.#deadline(() => void this.#join(), CONNECT_LIMIT_MS);
    await this.#follow();
    if (attempt === this.#attempt) await connection.offer();
  }

  #listen(leg: OwnLeg): void {
    if (this.#stopSignals) return;
    const open = () => {
      this.#stopSignals = this.#signalling.signals(
        leg,
        (signal) => this.#onSignal(signal),
        () => {
          this.#stopSignals = null;
          if (this.#state.phase !== 'ended') setTimeout(() => this.#relisten(leg), RETRY_MS);
        },
      );
    };
    open();
  }

  #relisten(leg: OwnLeg): void {
    if (this.#state.phase !== 'ended' && this.#state.legId === leg.legId) this.#listen(leg);
  }

  #onSignal(signal: Signal): void {
    switch (signal.type) {
      case 'ended':
      case 'taken':
        this.end(signal.reason, signal.type === 'taken');
        break;
      case 'moved':
        // A repeat after a reconnect is possible: only a newer epoch means another worker.
        if (this.#state.legId !== null && this.#generation !== null && signal.epoch > (this.#state.epoch ?? 0)) {
          const { epoch, iceServers } = signal;
          void this.#connect({ legId: this.#state.legId, generation: this.#generation, epoch, iceServers });
        }
        break;
      default:
        void this.#connection?.receive(signal);
    }
  }

  #onPeerState(state: RTCPeerConnectionState): void {
    switch (state) {
      case 'connected':
        clearTimeout(this.#timer);
        this.#failures = 0;
        this.#wasConnected = true;
        this.#become({ phase: 'connected' });
        break;
      case 'disconnected':
        this.#become({ phase: 'reconnecting' });
        this.#deadline(() => this.#restart(), RESTART_AFTER_MS);
        break;
      case 'failed':
        this.#become({ phase: 'reconnecting' });
        this.#restart();
        break;
      default:
    }
  }

  #restart(): void {
    this.#deadline(() => void this.#join(), CONNECT_LIMIT_MS);
    void this.#connection?.offer(true);
  }

  #mend(error: unknown): void {
    const verdict = judge(error);
    if (verdict === 'ended' || verdict === 'taken') {
      this.end(error instanceof Error ? error.message : 'The call has ended', verdict === 'taken');
      return;
    }
    const delay = Math.min(RETRY_LIMIT_MS, RETRY_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#deadline(() => void this.#join(), verdict === 'rejoin' ? 0 : delay);
  }

  /**
   * Sends what the media are now and tells the platform about mute and camera. Several may run at a
   * time (one device opens after the other), so each step reads the state anew.
   */
  async #follow(): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    for (const kind of ['audio', 'video'] as const) {
      const track = outgoing(this.#media.state(), kind);
      if (this.#sent[kind] === track) continue;
      this.#sent[kind] = track;
      await connection.send(kind, track).catch(() => undefined);
    }
    const { legId } = this.#state;
    const media = this.#media.state();
    const now = {
      muted: !media.microphoneOn || media.audio === null,
      videoOn: media.cameraOn && media.video !== null,
      screenOn: media.screen !== null,
    };
    // A device that is still opening is no muted one.
    if (legId === null || !media.settled) return;
    const told = this.#told;
    if (told?.muted === now.muted && told.videoOn === now.videoOn && told.screenOn === now.screenOn) return;
    this.#told = now;
    // Only an indicator for the other side; the media themselves have stopped already.
    this.#signalling.update(legId, now).catch(() => {
      this.#told = null;
    });
  }

  #deadline(then: () => void, delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, delay);
  }

  #become(change: Partial<LiveCallState>): void {
    if (this.#state.phase === 'ended') return;
    this.#state = { ...this.#state, ...change };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
