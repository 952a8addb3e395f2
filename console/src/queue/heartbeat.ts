/**
 * A timer that also beats in a tab that nobody looks at: browsers slow a hidden page's own timers
 * to one a minute, and a call-back must not ring a minute late.
 */
export function heartbeat(every: number, beat: () => void): () => void {
  const code = `setInterval(() => postMessage(0), ${every})`;
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(address);
  worker.onmessage = beat;
  return () => {
    worker.terminate();
    URL.revokeObjectURL(address);
  };
}
