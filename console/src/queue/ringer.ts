/** A bell in the page. Browsers let a page make sounds only after the person touched it: `arm` is for then. */
export class Ringer {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** False where the browser still holds the sound back. */
  async arm(): Promise<boolean> {
    this.#context ??= new AudioContext();
    // Pends, rather than fails, without a touch.
    await Promise.race([this.#context.resume(), new Promise((resolve) => setTimeout(resolve, 200))]);
    return this.#context.state === 'running';
  }

  start(): void {
    if (this.#timer !== undefined) return;
    const ring = () => {
      void this.arm().then((armed) => armed && this.#strike());
      // Not everywhere, and not without a touch.
      if ('vibrate' in navigator) navigator.vibrate([300, 150, 300]);
    };
    this.#timer = setInterval(ring, 2_500);
    ring();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.stop();
    void this.#context?.close();
    this.#context = null;
  }

  #strike(): void {
    const context = this.#context;
    if (!context) return;
    [659, 523, 659, 523].forEach((frequency, index) => {
      const start = context.currentTime + index * 0.22;
      const tone = context.createOscillator();
      const gain = context.createGain();
      tone.frequency.value = frequency;
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(0.25, start + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
      tone.connect(gain).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.32);
    });
  }
}
