import { useEffect, useRef } from 'react';

/** Reads a query again every so often, as long as it is shown and `on`. */
export function usePolling(reload: (options: { requestPolicy: 'network-only' }) => void, everyMs: number, on = true): void {
  const latest = useRef(reload);
  useEffect(() => {
    latest.current = reload;
  });
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => latest.current({ requestPolicy: 'network-only' }), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, on]);
}
