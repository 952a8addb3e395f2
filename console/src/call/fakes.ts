import { vi } from 'vitest';
import { LiveCall } from './live-call';
import type { LocalMedia, LocalMediaState } from './media';
import type { Answer, Description, Joined, OwnLeg, Signal, Signalling } from './signalling';

/** A peer connection without a network: it keeps the state machine of offers and answers. */
export class FakePeer {
  static made: FakePeer[] = [];
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: { type: RTCSdpType; sdp: string } | null = null;
  remote: string[] = [];
  candidates: unknown[] = [];
  restarts = 0;
  closed = false;
  rolledBack = 0;
  sent: Record<string, (MediaStreamTrack | null)[]> = { audio: [], video: [] };
  directions: string[] = [];
  onconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { track: MediaStreamTrack; streams: { id: string }[]; receiver: RTCRtpReceiver }) => void) | null = null;
  onicecandidate: ((event: { candidate: { toJSON(): RTCIceCandidateInit } | null }) => void) | null = null;
  #offers = 0;

  constructor(readonly configuration: RTCConfiguration) {
    FakePeer.made.push(this);
  }

  addTransceiver(kind: string, { direction }: { direction: string }) {
    this.directions.push(`${kind} ${direction}`);
    return {
      sender: {
        replaceTrack: (track: MediaStreamTrack | null) => {
          this.sent[kind]?.push(track);
          return Promise.resolve();
        },
      },
    };
  }

  createOffer() {
    this.#offers += 1;
    return Promise.resolve({ type: 'offer' as const, sdp: `offer ${this.#offers}` });
  }

  setLocalDescription(description?: { type: RTCSdpType; sdp: string }) {
    this.localDescription = description ?? { type: 'answer', sdp: `answer to ${this.remote.at(-1) ?? ''}` };
    this.signalingState = this.localDescription.type === 'offer' ? 'have-local-offer' : 'stable';
    return Promise.resolve();
  }

  setRemoteDescription({ type, sdp }: { type: RTCSdpType; sdp: string }) {
    if (type === 'offer' && this.signalingState === 'have-local-offer') this.rolledBack += 1;
    if (type === 'answer' && this.signalingState !== 'have-local-offer') throw new Error('an answer to nothing');
    this.remote.push(sdp);
    this.signalingState = type === 'offer' ? 'have-remote-offer' : 'stable';
    return Promise.resolve();
  }

  addIceCandidate(candidate: unknown) {
    this.candidates.push(candidate);
    return Promise.resolve();
  }

  restartIce() {
    this.restarts += 1;
  }

  close() {
    this.closed = true;
  }

  become(state: RTCPeerConnectionState) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** A track of the other side, in a slot of the platform's. */
  receive(track: MediaStreamTrack, slot = 0) {
    this.ontrack?.({ track, streams: [{ id: `slot${slot}` }], receiver: { track } as RTCRtpReceiver });
  }

  gather(candidate: string) {
    this.onicecandidate?.({ candidate: { toJSON: () => ({ candidate, sdpMid: '0' }) } });
  }
}

export const makeFakePeer = (configuration: RTCConfiguration) => new FakePeer(configuration) as unknown as RTCPeerConnection;

export class RefusedByPlatform extends Error {
  constructor(readonly code: string) {
    super(`refused: ${code}`);
  }
}

/** The platform's side of a leg, told by the test what to say. */
export class FakePlatform implements Signalling {
  joined: Joined = { legId: 'leg_1', generation: 1, epoch: 1, iceServers: [{ urls: 'stun:example.org' }] };
  /** Each time, the generation of a page that has the leg; null of one that takes it. */
  joinedAs: (number | null)[] = [];
  negotiations: Description[] = [];
  trickled: { epoch: number; candidates: RTCIceCandidateInit[] }[] = [];
  updates: { muted?: boolean; videoOn?: boolean; screenOn?: boolean }[] = [];
  hungUp: string[] = [];
  left: string[] = [];
  subscriptions = 0;
  tell: (signal: Signal) => void = () => undefined;
  loseSignals: () => void = () => undefined;
  /** Thrown once each, in order, before anything succeeds. */
  refuseJoin: Error[] = [];
  refuseOffer: Error[] = [];
  /** The worker that takes the call meanwhile has this epoch. */
  leasedAs: number | null = null;
  /** Holds answers back until the test releases them. */
  hold: Promise<void> | null = null;

  get joins(): number {
    return this.joinedAs.length;
  }

  join(generation: number | null): Promise<Joined> {
    this.joinedAs.push(generation);
    const refusal = this.refuseJoin.shift();
    return refusal ? Promise.reject(refusal) : Promise.resolve(this.joined);
  }

  async negotiate(description: Description): Promise<Answer | null> {
    this.negotiations.push(description);
    if (this.hold) await this.hold;
    const refusal = this.refuseOffer.shift();
    if (refusal) throw refusal;
    if (description.type === 'ANSWER') return null;
    return { sdp: `server answers ${description.sdp}`, epoch: this.leasedAs ?? description.epoch };
  }

  trickle(_leg: OwnLeg, epoch: number, candidates: RTCIceCandidateInit[]): Promise<void> {
    this.trickled.push({ epoch, candidates });
    return Promise.resolve();
  }

  signals(_leg: OwnLeg, onSignal: (signal: Signal) => void, onLost: () => void): () => void {
    this.subscriptions += 1;
    this.tell = onSignal;
    this.loseSignals = onLost;
    return () => {
      this.tell = () => undefined;
    };
  }

  update(_legId: string, change: { muted?: boolean; videoOn?: boolean; screenOn?: boolean }): Promise<void> {
    this.updates.push(change);
    return Promise.resolve();
  }

  hangUp(legId: string): Promise<void> {
    this.hungUp.push(legId);
    return Promise.resolve();
  }

  leave(legId: string): Promise<void> {
    this.left.push(legId);
    return Promise.resolve();
  }
}

export class FakeMedia {
  #state: LocalMediaState = { microphoneOn: true, cameraOn: false, audio: null, video: null, screen: null, silence: null, fault: null, settled: true };
  #listeners = new Set<(state: LocalMediaState) => void>();
  state = () => this.#state;
  onChange = (listener: (state: LocalMediaState) => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  become(change: Partial<LocalMediaState>) {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }

  asMedia = () => this as unknown as LocalMedia;
}

export const fakeTrack = (kind: 'audio' | 'video') => ({ kind }) as MediaStreamTrack;

export function fakeStream(): MediaStream {
  const tracks: MediaStreamTrack[] = [];
  return {
    getTracks: () => [...tracks],
    addTrack: (track: MediaStreamTrack) => tracks.push(track),
    removeTrack: (track: MediaStreamTrack) => tracks.splice(tracks.indexOf(track), 1),
  } as unknown as MediaStream;
}

/** The connection that was made last. */
export const peer = () => {
  const latest = FakePeer.made.at(-1);
  if (!latest) throw new Error('no connection was made');
  return latest;
};

export const settle = () => vi.advanceTimersByTimeAsync(0);

export async function bringUp(call: LiveCall) {
  await call.start();
  await settle();
  peer().become('connected');
}

/** A call on fakes, whose clock the test moves. */
export function setStage() {
  vi.useFakeTimers();
  FakePeer.made = [];
  const platform = new FakePlatform();
  const media = new FakeMedia();
  return { platform, media, call: new LiveCall(platform, media.asMedia(), makeFakePeer, fakeStream) };
}

export function strike(call: LiveCall) {
  call.end('the test is over');
  vi.useRealTimers();
}
