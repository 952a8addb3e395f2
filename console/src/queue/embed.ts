import { type HostSays, type Prefill, prefill, readHost, type PageSays, type Visit } from '../../widget/messages';

/**
 * The page in the widget's frame, and the site around it. The site's origin stands in the address
 * that its script made: states go to that origin alone, and only its words are heard.
 */
class Host {
  /** Null where the page isn't in a widget's frame. */
  readonly #origin: string | null;
  readonly fields: Prefill;
  #last = '';

  constructor() {
    const given = new URLSearchParams(location.hash.slice(1));
    this.#origin = parent === window ? null : originOf(given.get('host'));
    this.fields = prefill(Object.fromEntries(given));
  }

  tell(visit: Visit): void {
    const said = `${visit.state} ${visit.place ?? ''}`;
    if (said === this.#last) return;
    this.#last = said;
    this.#post({ cordboard: 'state', state: visit.state, place: visit.place });
  }

  escape(): void {
    this.#post({ cordboard: 'escape' });
  }

  onMessage(listener: (message: HostSays) => void): () => void {
    if (this.#origin === null) return () => undefined;
    const hear = (event: MessageEvent<unknown>) => {
      if (event.source !== parent || event.origin !== this.#origin) return;
      const message = readHost(event.data);
      if (message) listener(message);
    };
    addEventListener('message', hear);
    return () => removeEventListener('message', hear);
  }

  #post(message: PageSays): void {
    if (this.#origin !== null) parent.postMessage(message, this.#origin);
  }
}

function originOf(text: string | null): string | null {
  try {
    return text === null ? null : new URL(text).origin;
  } catch {
    return null;
  }
}

export const host = new Host();
