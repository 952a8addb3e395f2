import { useEffect, useRef, useState } from 'react';

export interface Soon {
  (): void;
  /** What was still to come does not come. */
  stop(): void;
}

/** Many events in a row are one piece of work, `pauseMs` after the first, and the last one is never missed. */
export function soon(work: () => void, pauseMs: number): Soon {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      work();
    }, pauseMs);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return Object.assign(begin, { stop });
}

/** The same for a component: it ends with it. */
export function useSoon(work: () => void, pauseMs: number): () => void {
  const latest = useRef(work);
  useEffect(() => {
    latest.current = work;
  });
  const [begin] = useState(() => soon(() => latest.current(), pauseMs));
  useEffect(() => begin.stop, [begin]);
  return begin;
}
