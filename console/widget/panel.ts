import { element, icon, inkOn } from './dom';
import { LOOK } from './look';
import { type HostSays, isBusy, type PageSays, type Prefill, readPage, type Visit } from './messages';
import { type Options, pageAddress } from './options';
import { kept, tabName } from './tab';
import { buttonWords, closingQuestion } from './words';

export type WidgetEvent = 'open' | 'minimise' | 'close' | 'state';

/** The page in the frame may take so long to hang up before it is taken away. */
const FAREWELL_MS = 2_500;
const IDLE: Visit = { state: 'form', place: null };
/** What the frame may ask the visitor for, and only the platform's own page in it. */
const DEVICES = ['microphone', 'camera', 'display-capture', 'autoplay'];

/** One queue's button and panel. The frame exists from opening to closing; minimised, the call in it goes on. */
export class Panel {
  readonly options: Options;
  #tell: (event: WidgetEvent, visit: Visit) => void;
  #host = document.createElement('cordboard-widget');
  #label = element('span');
  #badge = element('span', { class: 'badge', 'aria-hidden': 'true' });
  /** Minimised, the page in the frame is silent to screen readers: its news are told here. */
  #said = element('div', { class: 'said', role: 'status' });
  #button = element('button', { class: 'open', type: 'button', 'aria-expanded': 'false' });
  #question = element('p');
  #asking = element('div', { class: 'question', role: 'alertdialog', 'aria-label': 'Leave?', hidden: '' });
  #stay = element('button', { type: 'button' }, 'Stay');
  #panel: HTMLElement;
  #frame: HTMLIFrameElement | null = null;
  #shown = false;
  #visit = IDLE;
  /** The page's own title, and what stands in its place while it rings. */
  #title: { own: string; ours: string } | null = null;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options, row: number, tell: (event: WidgetEvent, visit: Visit) => void) {
    this.options = options;
    this.#tell = tell;
    const minimise = element('button', { type: 'button', 'aria-label': 'Minimise' }, icon('M5 12h14'));
    const close = element('button', { type: 'button', 'aria-label': 'Close' }, icon('M6 6l12 12', 'M18 6L6 18'));
    const end = element('button', { type: 'button', class: 'end' }, 'Leave');
    const header = element('header', {}, element('h2', {}, options.label), minimise, close);
    this.#asking.append(this.#question, end, this.#stay);
    this.#panel = element('section', { class: 'panel', role: 'dialog', 'aria-label': options.label }, header, this.#asking);
    const phone = icon('M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2');
    this.#button.append(phone, this.#label, this.#badge);
    const root = element('div', { class: options.side }, this.#panel, this.#button, this.#said);

    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOK);
    const shadow = this.#host.attachShadow({ mode: 'closed' });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(root);
    this.#host.style.setProperty('--row', String(row));
    document.body.append(this.#host);
    if (options.color) this.#paint(options.color);

    this.#button.addEventListener('click', () => this.open());
    minimise.addEventListener('click', () => this.minimise());
    close.addEventListener('click', () => this.close());
    end.addEventListener('click', () => this.#leave());
    this.#stay.addEventListener('click', () => this.#ask(false));
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#escape();
    });
    addEventListener('message', this.#onMessage);
    this.#show(false);
    this.#become(IDLE);
    // The visitor went to another page of the site: the call is taken up there.
    if (kept.read(this.#key)) this.#load({});
  }

  get visit(): Visit {
    return this.#visit;
  }

  open(fields: Prefill = {}): void {
    if (this.#frame) this.#say({ cordboard: 'prefill', fields });
    else this.#load(fields);
    if (this.#shown) return;
    this.#show(true);
    this.#frame?.focus();
    this.#tell('open', this.#visit);
  }

  minimise(): void {
    if (!this.#shown) return;
    this.#ask(false);
    this.#show(false);
    this.#button.focus();
    this.#tell('minimise', this.#visit);
  }

  /** Asks first where a call or a place in line would be lost. */
  close(): void {
    if (!this.#frame) return;
    if (!isBusy(this.#visit.state)) return this.#remove();
    this.open();
    this.#ask(true);
  }

  #load(fields: Prefill): void {
    this.#frame = element('iframe', {
      title: this.options.label,
      allow: DEVICES.map((name) => `${name} ${this.options.origin}`).join('; '),
      referrerpolicy: 'no-referrer',
    });
    this.#frame.src = pageAddress(this.options, location.origin, tabName(), { ...this.options.fields, ...fields });
    this.#panel.append(this.#frame);
  }

  #leave(): void {
    this.#say({ cordboard: 'leave' });
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.#remove(), FAREWELL_MS);
  }

  #remove(): void {
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    this.#frame?.remove();
    this.#frame = null;
    this.#ask(false);
    const shown = this.#shown;
    this.#show(false);
    this.#become(IDLE);
    kept.write(this.#key, false);
    if (shown) this.#button.focus();
    this.#tell('close', this.#visit);
  }

  #escape(): void {
    if (!this.#asking.hidden) this.#ask(false);
    else this.close();
  }

  #ask(asking: boolean): void {
    const asked = !this.#asking.hidden;
    this.#asking.hidden = !asking;
    this.#question.textContent = closingQuestion(this.#visit);
    if (asking) this.#stay.focus();
    else if (asked) this.#frame?.focus();
  }

  #onMessage = (event: MessageEvent<unknown>): void => {
    const { contentWindow } = this.#frame ?? {};
    if (!contentWindow || event.source !== contentWindow || event.origin !== this.options.origin) return;
    const message = readPage(event.data);
    if (message) this.#hear(message);
  };

  #hear(message: PageSays): void {
    if (message.cordboard === 'escape') return this.#escape();
    const { state, place } = message;
    this.#become({ state, place });
    kept.write(this.#key, isBusy(state));
    this.#tell('state', this.#visit);
    if (state === 'ringing' && !this.#shown) this.open();
    if (!isBusy(state)) {
      this.#ask(false);
      if (this.#leaving !== undefined) this.#remove();
    }
  }

  #say(message: HostSays): void {
    this.#frame?.contentWindow?.postMessage(message, this.options.origin);
  }

  #become(visit: Visit): void {
    this.#visit = visit;
    const words = buttonWords(visit);
    const place = words === null || visit.place === null ? '' : String(visit.place);
    this.#label.textContent = words ?? this.options.label;
    this.#badge.textContent = place;
    const spoken = words !== null && place !== '' ? `${words}, place ${place}` : words;
    this.#button.setAttribute('aria-label', spoken ?? this.options.label);
    this.#said.textContent = this.#shown ? '' : spoken;
    this.#ring(visit.state === 'ringing' ? words : null);
  }

  #show(shown: boolean): void {
    this.#shown = shown;
    this.#panel.dataset['shown'] = String(shown);
    this.#host.toggleAttribute('data-shown', shown);
    this.#button.setAttribute('aria-expanded', String(shown));
  }

  /** Somebody waits for the visitor, who may be looking at another tab. */
  #ring(words: string | null): void {
    if (words !== null && this.#title === null) {
      const own = document.title;
      document.title = `${words} - ${own}`;
      this.#title = { own, ours: document.title };
    } else if (words === null && this.#title !== null) {
      // The site may have given itself another one meanwhile.
      if (document.title === this.#title.ours) document.title = this.#title.own;
      this.#title = null;
    }
  }

  #paint(color: string): void {
    this.#host.style.setProperty('--accent', color);
    this.#host.style.setProperty('--ink', inkOn(getComputedStyle(this.#button).backgroundColor));
  }

  get #key(): string {
    return `cordboard.${this.options.origin}.${this.options.queue}`;
  }
}
