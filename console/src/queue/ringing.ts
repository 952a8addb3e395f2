import { useEffect, useState } from 'react';
import { Ringer } from './ringer';

/** A bell that rings while it should, for as long as the page lives. */
export function useRinging(ringing: boolean): Ringer {
  const [ringer] = useState(() => new Ringer());
  useEffect(() => () => ringer.close(), [ringer]);
  useEffect(() => {
    if (!ringing) return;
    ringer.start();
    return () => ringer.stop();
  }, [ringer, ringing]);
  return ringer;
}
