/** Microphone and camera of this browser: what is on, which device, and what went wrong. */

export type MediaFault = 'denied' | 'missing' | 'busy' | 'insecure';
export type Kind = 'audio' | 'video';

export interface LocalMediaState {
  microphoneOn: boolean;
  cameraOn: boolean;
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
  /** The screen, while it is shared. */
  screen: MediaStreamTrack | null;
  /** What whoever only listens sends instead of a microphone. */
  silence: MediaStreamTrack | null;
  fault: { kind: Kind; reason: MediaFault } | null;
  /** The devices were asked for and have answered, with media or a fault. */
  settled: boolean;
}

const QUALITY: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};
const VOICE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** The devices that a person chose last, by kind. */
export interface Preferences {
  read(kind: MediaDeviceKind): string | null;
  write(kind: MediaDeviceKind, deviceId: string): void;
}

export const storedPreferences: Preferences = {
  read: (kind) => storage()?.getItem(`cordboard.${kind}`) ?? null,
  write: (kind, deviceId) => storage()?.setItem(`cordboard.${kind}`, deviceId),
};

/** A browser may forbid it to a page in another site's frame. */
function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** What the others get of a kind: the screen stands in for the camera. */
export function outgoing(state: LocalMediaState, kind: Kind): MediaStreamTrack | null {
  if (kind === 'audio') return state.audio ?? state.silence;
  return state.screen ?? state.video;
}

/** It was asked for, and did not come or was pulled out. */
function lacksMicrophone({ settled, audio, silence }: LocalMediaState): boolean {
  return settled && audio === null && silence === null;
}

/** What the microphone's button says: whoever has none is not heard, whatever they wish. */
export function isMuted(state: LocalMediaState): boolean {
  return !state.microphoneOn || lacksMicrophone(state);
}

/** Phones share no screen. */
export const canShareScreen = (): boolean => 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;

export class LocalMedia {
  #state: LocalMediaState = { microphoneOn: true, cameraOn: false, audio: null, video: null, screen: null, silence: null, fault: null, settled: false };
  #listeners = new Set<(state: LocalMediaState) => void>();
  #preferences: Preferences;
  #stopped = false;
  #silencer: AudioContext | null = null;

  constructor(preferences: Preferences = storedPreferences) {
    this.#preferences = preferences;
  }

  state = (): LocalMediaState => this.#state;

  onChange = (listener: (state: LocalMediaState) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Asks for both at once, so that the person is asked once; without a camera voice must do. */
  async open(video: boolean): Promise<void> {
    if (video) await this.#openBoth();
    else await this.#open('audio');
    this.#become({ settled: true });
  }

  async #openBoth(): Promise<void> {
    try {
      const stream = await this.#capture({ audio: this.#constraints('audio'), video: this.#constraints('video') });
      this.#take('audio', stream.getAudioTracks()[0] ?? null);
      this.#take('video', stream.getVideoTracks()[0] ?? null);
      this.#become({ cameraOn: true, fault: null });
    } catch {
      // Which of the two it was, only asking one by one tells.
      await this.#open('audio');
      const audioFault = this.#state.fault;
      await this.#open('video');
      if (audioFault) this.#become({ fault: audioFault });
    }
  }

  /**
   * Only listens: no device is asked for. Silence is sent all the same, since to the platform a party that sends nothing
   * is one that didn't come.
   */
  listen(): void {
    const context = new AudioContext();
    this.#silencer = context;
    const silence = context.createMediaStreamDestination().stream.getAudioTracks()[0] ?? null;
    // After a reload a browser may hold it back until the person touches the page.
    const wake = () => void context.resume();
    if (context.state === 'suspended') addEventListener('pointerdown', wake, { once: true });
    this.#become({ silence, microphoneOn: false, settled: true });
  }

  /** A muted microphone stays open: unmuting has to be instant. */
  setMicrophone(on: boolean): void {
    if (this.#state.audio) this.#state.audio.enabled = on;
    this.#become({ microphoneOn: on });
  }

  /** Mutes, or is heard again. Where there is no microphone, another try is what is meant. */
  toggleMicrophone(): void {
    if (!lacksMicrophone(this.#state)) return this.setMicrophone(!this.#state.microphoneOn);
    this.setMicrophone(true);
    void this.#open('audio');
  }

  /** A camera that is off is closed, so that its light goes out. */
  async setCamera(on: boolean): Promise<void> {
    if (on) return this.#open('video');
    this.#take('video', null);
    this.#become({ cameraOn: false });
  }

  /** Which screen or window, the browser asks. Whoever thinks better of it shares nothing. */
  async shareScreen(): Promise<void> {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false }).catch(() => null);
    const track = stream?.getVideoTracks()[0];
    if (!track) return;
    if (this.#stopped) return track.stop();
    this.#state.screen?.stop();
    // Letters have to be legible; movement may stutter.
    track.contentHint = 'detail';
    // The browser has a button of its own to stop it.
    track.addEventListener('ended', () => {
      if (this.#state.screen === track) this.#become({ screen: null });
    });
    this.#become({ screen: track });
  }

  stopScreen(): void {
    this.#state.screen?.stop();
    this.#become({ screen: null });
  }

  /** Read and done without: one talks without a camera. Without a microphone nobody does, so that stays said. */
  dismissFault(): void {
    if (this.#state.fault?.kind === 'video') this.#become({ fault: null });
  }

  async choose(kind: Kind, deviceId: string): Promise<void> {
    this.#preferences.write(kind === 'audio' ? 'audioinput' : 'videoinput', deviceId);
    if (kind === 'video' && !this.#state.cameraOn) return;
    await this.#open(kind);
  }

  stop(): void {
    this.#stopped = true;
    this.#state.audio?.stop();
    this.#state.video?.stop();
    this.#state.screen?.stop();
    this.#hush();
    this.#state = { ...this.#state, audio: null, video: null, screen: null, silence: null, cameraOn: false };
    this.#listeners.clear();
  }

  #hush(): void {
    this.#state.silence?.stop();
    void this.#silencer?.close();
    this.#silencer = null;
  }

  async #open(kind: Kind): Promise<void> {
    try {
      // Some browsers can't open a second microphone while the first is held.
      if (kind === 'video') this.#state.video?.stop();
      const stream = await this.#capture({ [kind]: this.#constraints(kind) });
      const track = (kind === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks())[0] ?? null;
      this.#take(kind, track);
      // A camera that came says nothing of a microphone that did not.
      const { fault } = this.#state;
      this.#become({ fault: kind === 'video' && fault?.kind === 'audio' ? fault : null, ...(kind === 'video' ? { cameraOn: true } : {}) });
    } catch (error) {
      if (kind === 'video') this.#take('video', null);
      this.#become({ fault: { kind, reason: faultOf(error) }, ...(kind === 'video' ? { cameraOn: false } : {}) });
    }
  }

  async #capture(constraints: MediaStreamConstraints): Promise<MediaStream> {
    // Absent where the page isn't served from a trustworthy origin.
    if (!('mediaDevices' in navigator)) throw new DOMException('', 'SecurityError');
    return navigator.mediaDevices.getUserMedia(constraints);
  }

  #constraints(kind: Kind): MediaTrackConstraints {
    const chosen = this.#preferences.read(kind === 'audio' ? 'audioinput' : 'videoinput');
    return { ...(kind === 'audio' ? VOICE : QUALITY), ...(chosen ? { deviceId: { ideal: chosen } } : {}) };
  }

  #take(kind: Kind, track: MediaStreamTrack | null): void {
    if (this.#stopped) {
      track?.stop();
      return;
    }
    const previous = this.#state[kind];
    if (previous && previous !== track) previous.stop();
    if (track && kind === 'audio') {
      track.enabled = this.#state.microphoneOn;
      this.#hush();
      this.#become({ silence: null });
    }
    // A device that is pulled out ends its track.
    track?.addEventListener('ended', () => {
      if (this.#state[kind] !== track) return;
      this.#become({
        [kind]: null,
        ...(kind === 'video' ? { cameraOn: false } : {}),
        fault: { kind, reason: 'missing' },
      });
    });
    this.#become({ [kind]: track });
  }

  #become(change: Partial<LocalMediaState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

export function faultOf(error: unknown): MediaFault {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return 'denied';
  if (name === 'SecurityError') return 'insecure';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'missing';
}
