import { type Prefill, prefill, type Visit } from './messages';
import { optionsOf } from './options';
import { Panel, type WidgetEvent } from './panel';

type Listener = (visit: Visit & { queue: string }) => void;

/** What a host page may call, once `cordboard:ready` was dispatched on its window. */
export interface CordboardApi {
  /** Opens the panel of the first script tag, or of the named queue, with what the page knows of the visitor. */
  open(fields?: Prefill & { queue?: string }): void;
  minimise(): void;
  /** Asks the visitor first where a call would end. */
  close(): void;
  /** Returns what stops it. */
  on(event: WidgetEvent, listener: Listener): () => void;
}

/** One a page, however many script tags: two copies of the script share it. */
interface Shared extends CordboardApi {
  panels: Panel[];
  listeners: Map<WidgetEvent, Set<Listener>>;
}

function makeShared(): Shared {
  const panels: Panel[] = [];
  const listeners: Shared['listeners'] = new Map();
  return {
    panels,
    listeners,
    open: (fields = {}) => {
      const wanted = fields.queue;
      const panel = panels.find(({ options }) => wanted === undefined || options.queue === wanted);
      for (const other of panels) if (other !== panel) other.minimise();
      panel?.open(prefill(fields));
    },
    minimise: () => panels.forEach((panel) => panel.minimise()),
    close: () => panels.forEach((panel) => panel.close()),
    on: (event, listener) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener));
      return () => set.delete(listener);
    },
  };
}

/** Async scripts run in any order: the first one does the work of all tags, in the order of the document. */
function start(script: HTMLOrSVGScriptElement | null): void {
  if (!(script instanceof HTMLScriptElement) || script.src === '') {
    console.error('Cordboard: include widget.js by a script tag with src and data-queue.');
    return;
  }
  for (const tag of new Set([...document.scripts, script])) if (tag.src === script.src) add(tag);
}

function add(script: HTMLScriptElement): void {
  const options = optionsOf(script);
  if (!options) return;
  const shared = ((window as { Cordboard?: Shared }).Cordboard ??= makeShared());
  const { panels, listeners } = shared;
  if (panels.some((panel) => panel.options.queue === options.queue && panel.options.origin === options.origin)) return;
  const panel: Panel = new Panel(options, panels.length, (event, visit) => {
    // Only one panel fits.
    if (event === 'open') for (const other of panels) if (other !== panel) other.minimise();
    for (const listener of listeners.get(event) ?? []) listener({ ...visit, queue: options.queue });
  });
  panels.push(panel);
  if (panels.length === 1) dispatchEvent(new Event('cordboard:ready'));
}

// Known only while the script itself runs.
const script = document.currentScript;
if (document.body) start(script);
else addEventListener('DOMContentLoaded', () => start(script));
