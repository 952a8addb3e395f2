import { PREFILLED, type Prefill, prefill } from './messages';

/** What the script tag says. */
export interface Options {
  /** Where the script came from, and the page of the queue will. */
  origin: string;
  queue: string;
  label: string;
  side: 'left' | 'right';
  color: string | null;
  fields: Prefill;
}

/** Null, with a word in the host page's log, where there is nothing to show. */
export function optionsOf(script: HTMLScriptElement): Options | null {
  const { queue, label, position, color, ...rest } = script.dataset;
  if (!queue) {
    console.error('Cordboard: the script tag lacks data-queue, the key of the queue to call.');
    return null;
  }
  return {
    origin: new URL(script.src).origin,
    queue,
    label: label || 'Call us',
    side: position === 'left' ? 'left' : 'right',
    color: color && CSS.supports('color', color) ? color : null,
    fields: prefill(rest),
  };
}

/** The page of the queue. What is known of the visitor stays behind the #: it is sent to no server. */
export function pageAddress({ origin, queue }: Options, host: string, tab: string, fields: Prefill): string {
  const fragment = new URLSearchParams({ host, tab });
  for (const name of PREFILLED) if (fields[name]) fragment.set(name, fields[name]);
  return `${origin}/q/${encodeURIComponent(queue)}?embed=1#${fragment.toString()}`;
}
