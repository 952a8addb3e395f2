import { isStale, type Joined, type OwnLeg, type Signal, type Signalling } from './signalling';
import { slotNumber } from './slots';

export type MakePeer = (configuration: RTCConfiguration) => RTCPeerConnection;

interface Events {
  onState(state: RTCPeerConnectionState): void;
  /** A track comes in, in the slot with that number. */
  onTrack(track: MediaStreamTrack, slot: number, receiver: RTCRtpReceiver): void;
  /** The platform answered under this epoch. */
  onEpoch(epoch: number): void;
  /** A negotiation failed; the machine above decides what to do. */
  onFault(error: unknown): void;
}

/** Candidates that appear within this time travel together. */
const TRICKLE_MS = 60;
/** So soon the platform's own offer comes, where it refused ours because of it. */
const CROSSING_MS = 2_000;

/**
 * One RTCPeerConnection on one epoch of a leg. The browser is the polite side of perfect
 * negotiation: when offers cross, its own is rolled back and made again (W3C WebRTC, example 10.7).
 */
export class Connection {
  epoch: number;
  readonly peer: RTCPeerConnection;
  #signalling: Signalling;
  #leg: OwnLeg;
  #events: Events;
  #audio: RTCRtpTransceiver;
  #video: RTCRtpTransceiver;
  #closed = false;
  #offers = 0;
  #candidates: RTCIceCandidateInit[] = [];
  #trickleTimer: ReturnType<typeof setTimeout> | undefined;
  #crossingTimer: ReturnType<typeof setTimeout> | undefined;
  /** The server knows the connection only after the first answer: candidates wait for it. */
  #known = false;
  #chain: Promise<void> = Promise.resolve();
  /**
   * The first answer is in force. An offer of the server's may overtake it, but is made for the connection that the answer
   * begins: rolling our first offer back for it would lose the m-lines that we send on.
   */
  #begun: Promise<void>;
  #begin: () => void = () => undefined;

  constructor(joined: Joined, signalling: Signalling, makePeer: MakePeer, events: Events) {
    this.epoch = joined.epoch;
    this.#leg = { legId: joined.legId, generation: joined.generation };
    this.#signalling = signalling;
    this.#events = events;
    this.#begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.peer = makePeer({ iceServers: joined.iceServers, bundlePolicy: 'max-bundle' });
    this.peer.onconnectionstatechange = () => {
      if (!this.#closed) events.onState(this.peer.connectionState);
    };
    this.peer.ontrack = ({ track, streams, receiver }) => events.onTrack(track, slotNumber(streams[0]?.id), receiver);
    this.peer.onicecandidate = (event) => {
      if (event.candidate) this.#trickle(event.candidate.toJSON());
    };
    // Both m-lines are always there, also in an audio call: switching the camera on later is then
    // a replaceTrack without another negotiation, and the answer carries the other side's tracks.
    this.#audio = this.peer.addTransceiver('audio', { direction: 'sendrecv' });
    this.#video = this.peer.addTransceiver('video', { direction: 'sendrecv' });
  }

  async send(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    const transceiver = kind === 'audio' ? this.#audio : this.#video;
    await transceiver.sender.replaceTrack(track);
  }

  /** Offers and takes the answer; with `restart` the addresses are gathered anew. */
  async offer(restart = false): Promise<void> {
    const mine = ++this.#offers;
    try {
      if (restart) this.peer.restartIce();
      const offer = await this.peer.createOffer();
      if (this.#closed || mine !== this.#offers) return;
      await this.peer.setLocalDescription(offer);
      const answer = await this.#signalling.negotiate({
        ...this.#leg,
        epoch: this.epoch,
        type: 'OFFER',
        sdp: this.peer.localDescription?.sdp ?? offer.sdp ?? '',
      });
      // A crossing offer of the server's rolled ours back, or a newer one replaced it.
      if (this.#closed || mine !== this.#offers || this.peer.signalingState !== 'have-local-offer') return;
      if (answer === null) return;
      // A call that was just placed has epoch 0 until a worker takes it, and the offer waited for that.
      this.epoch = answer.epoch;
      this.#events.onEpoch(answer.epoch);
      await this.peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
      this.#known = true;
      this.#begin();
      this.#flush();
    } catch (error) {
      if (this.#closed || mine !== this.#offers) return;
      if (!this.#known || !isStale(error)) return this.#events.onFault(error);
      // Answering that offer rolls ours back and makes it anew; without one it was our epoch that is old.
      this.#crossingTimer = setTimeout(() => {
        if (mine === this.#offers) this.#events.onFault(error);
      }, CROSSING_MS);
    }
  }

  /** One after another: a candidate must not overtake the offer that it belongs to. */
  receive(signal: Signal & { type: 'offer' | 'candidate' }): Promise<void> {
    this.#chain = this.#chain.then(async () => {
      await this.#begun;
      if (this.#closed) return;
      try {
        if (signal.type === 'candidate') await this.peer.addIceCandidate(signal.candidate);
        else if (signal.epoch === this.epoch) await this.#answer(signal);
      } catch (error) {
        // An answer that came too late: the platform has offered anew meanwhile.
        const late = signal.type === 'offer' && isStale(error);
        if (!this.#closed && !late) this.#events.onFault(error);
      }
    });
    return this.#chain;
  }

  /** Nothing more is negotiated or told; media go on until `close`. */
  retire(): void {
    this.#closed = true;
    clearTimeout(this.#trickleTimer);
    clearTimeout(this.#crossingTimer);
    this.peer.onconnectionstatechange = null;
    this.peer.ontrack = null;
    this.peer.onicecandidate = null;
  }

  close(): void {
    this.retire();
    this.peer.close();
  }

  async #answer(offer: { sdp: string; revision: number }): Promise<void> {
    const crossed = this.peer.signalingState !== 'stable';
    // Whatever of ours is on its way is void: setRemoteDescription rolls it back.
    if (crossed) this.#offers += 1;
    await this.peer.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    await this.peer.setLocalDescription();
    await this.#signalling.negotiate({
      ...this.#leg,
      epoch: this.epoch,
      type: 'ANSWER',
      sdp: this.peer.localDescription?.sdp ?? '',
      revision: offer.revision,
    });
    this.#known = true;
    this.#flush();
    if (crossed && !this.#closed) await this.offer();
  }

  #trickle(candidate: RTCIceCandidateInit): void {
    this.#candidates.push(candidate);
    if (this.#known) this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#trickleTimer);
    this.#trickleTimer = setTimeout(() => {
      const candidates = this.#candidates.splice(0);
      if (candidates.length === 0 || this.#closed) return;
      // The server learns our addresses from our checks as well; a lost message harms nothing.
      this.#signalling.trickle(this.#leg, this.epoch, candidates).catch(() => undefined);
    }, TRICKLE_MS);
  }
}
