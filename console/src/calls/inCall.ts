import { useSyncExternalStore } from 'react';
import { useCurrentCall } from '../app/workspace';

const never = () => () => undefined;

/** Whether this tab carries a call that isn't over. */
export function useInCall(): boolean {
  const current = useCurrentCall();
  const phase = useSyncExternalStore(current?.live.onChange ?? never, () => current?.live.state().phase ?? 'ended');
  return phase !== 'ended';
}
