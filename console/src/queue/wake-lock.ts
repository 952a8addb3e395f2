import { useEffect } from 'react';

/** A phone that falls asleep in line may lose it. Asked again whenever the page comes back to sight. */
export function useWakeLock(): void {
  useEffect(() => {
    // A site around the page would have to allow it by name.
    if (!('wakeLock' in navigator) || parent !== window) return;
    let lock: WakeLockSentinel | null = null;
    let done = false;
    const take = () => {
      if (document.visibilityState !== 'visible') return;
      // Refused on low battery: then it is as it is.
      navigator.wakeLock.request('screen').then(
        (taken) => {
          if (done) void taken.release();
          else lock = taken;
        },
        () => undefined,
      );
    };
    take();
    document.addEventListener('visibilitychange', take);
    return () => {
      done = true;
      document.removeEventListener('visibilitychange', take);
      void lock?.release();
    };
  }, []);
}
