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
/** What lets a page sound. A click is heard when it is over, so that whatever changes by it moves nothing under the pointer. */
const TOUCHES = ['click', 'keydown'] as const;
/** A browser that holds the sound back says nothing at all; one that is only slow has answered by then. */
const SILENT_MS = 1_000;

/** A bell made of sine waves, so that no file has to be loaded before it can ring. */
export class Ringer {
  #context: AudioContext | null = null;
  #ringing = false;
  /** Wants the lock, or has it. */
  #leading = false;
  #locked = false;
  /** Has asked for the sound, and still wants it. */
  #asking = false;
  #release: (() => void) | null = null;
  #listeners = new Set<() => void>();

  constructor() {
    for (const touch of TOUCHES) addEventListener(touch, this.unlock, true);
    this.unlock();
  }

  /** Whether the browser holds the sound back: it lets a page sound only after somebody has touched it. */
  locked = (): boolean => this.#locked;

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Asks the browser for the sound; it gives it in answer to a touch. */
  unlock = (): void => void this.#sound();

  start(): void {
    if (this.#ringing) return;
    this.#ringing = true;
    void this.#sound();
  }

  stop(): void {
    this.#hush();
    void this.#context?.suspend();
  }

  close(): void {
    this.#hush();
    this.#forgetTouches();
    this.#listeners.clear();
    void this.#context?.close();
  }

  #hush(): void {
    this.#ringing = false;
    this.#asking = false;
    this.#release?.();
    this.#release = null;
  }

  async #sound(): Promise<void> {
    const context = this.#open();
    if (!context) return;
    this.#asking = true;
    const silent = setTimeout(() => this.#become(this.#locked || (this.#asking && context.state !== 'running')), SILENT_MS);
    try {
      // Stays open until some touch lets it through; there are browsers that refuse instead.
      await context.resume();
    } catch {
      return;
    }
    clearTimeout(silent);
    this.#asking = false;
    this.#forgetTouches();
    this.#become(false);
    if (this.#ringing) void this.#lead(context);
    else void context.suspend();
  }

  /** Waits for its turn: a tab that may not sound passes it on by not asking. */
  async #lead(context: AudioContext): Promise<void> {
    if (this.#leading) return;
    this.#leading = true;
    while (this.#ringing) await alone(() => this.#ring(context));
    this.#leading = false;
  }

  /** Until it is stopped, which it may be before its turn comes. */
  async #ring(context: AudioContext): Promise<void> {
    if (!this.#ringing) return;
    const once = () => {
      for (const [hertz, at] of NOTES) strike(context, hertz, context.currentTime + at);
    };
    once();
    const timer = setInterval(once, PERIOD_MS);
    await new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    clearInterval(timer);
  }

  #open(): AudioContext | null {
    if (!('AudioContext' in globalThis)) return null;
    this.#context ??= new AudioContext();
    return this.#context;
  }

  #forgetTouches(): void {
    for (const touch of TOUCHES) removeEventListener(touch, this.unlock, true);
  }

  #become(locked: boolean): void {
    if (this.#locked === locked) return;
    this.#locked = locked;
    for (const listener of this.#listeners) listener();
  }
}

async function alone(act: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return act();
  await navigator.locks.request(LOCK, act);
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
