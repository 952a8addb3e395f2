/** One tab of a browser sounds, whichever is allowed to: this lock says which. */
const LOCK = 'cordboard-bell';
/** Two soft notes, then silence: a telephone, not an alarm. */
const NOTES: readonly (readonly [hertz: number, at: number])[] = [
  [659, 0],
  [880, 0.22],
  [659, 0.7],
  [880, 0.92],
];
const PERIOD_MS = 2_400;

/** A bell made of sine waves, so that no file has to be loaded before it can ring. */
export class Ringer {
  #context: AudioContext | null = null;
  #ringing = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #release: (() => void) | null = null;

  constructor() {
    // Browsers let a page sound only after somebody has touched it: the first touch opens the way.
    const unlock = () => {
      void this.#open()?.resume();
      if (this.#ringing && !this.#release) void this.#lead();
      removeEventListener('pointerdown', unlock);
      removeEventListener('keydown', unlock);
    };
    addEventListener('pointerdown', unlock);
    addEventListener('keydown', unlock);
  }

  start(): void {
    if (this.#ringing) return;
    this.#ringing = true;
    void this.#lead();
  }

  stop(): void {
    this.#ringing = false;
    clearInterval(this.#timer);
    this.#release?.();
    this.#release = null;
    void this.#context?.suspend();
  }

  /** Waits for its turn: a tab that may not sound passes it on by not asking. */
  async #lead(): Promise<void> {
    const context = this.#open();
    await Promise.race([context?.resume(), new Promise((resolve) => setTimeout(resolve, 100))]);
    if (!this.#ringing || context?.state !== 'running') return;
    if (!('locks' in navigator)) {
      this.#ring(context);
      return;
    }
    await navigator.locks.request(LOCK, async () => {
      if (!this.#ringing) return;
      this.#ring(context);
      await new Promise<void>((resolve) => {
        this.#release = resolve;
      });
    });
  }

  #ring(context: AudioContext): void {
    const once = () => {
      for (const [hertz, at] of NOTES) strike(context, hertz, context.currentTime + at);
    };
    once();
    this.#timer = setInterval(once, PERIOD_MS);
  }

  #open(): AudioContext | null {
    if (!('AudioContext' in globalThis)) return null;
    this.#context ??= new AudioContext();
    return this.#context;
  }
}

function strike(context: AudioContext, hertz: number, at: number): void {
  const note = context.createOscillator();
  const loudness = context.createGain();
  note.frequency.value = hertz;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.25, at + 0.015);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.42);
  note.connect(loudness).connect(context.destination);
  note.start(at);
  note.stop(at + 0.45);
}
