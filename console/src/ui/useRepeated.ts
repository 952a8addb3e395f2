import { useEffect, useRef } from 'react';
import { type AnyVariables, type CombinedError, useQuery, type UseQueryArgs } from 'urql';

interface Repeated<Data> {
  data: Data | undefined;
  error: CombinedError | undefined;
  fetching: boolean;
  again: () => void;
}

/** What a query gives, read again whenever `beat` changes; where that fails, what came last still stands. */
export function useRepeated<Data, Variables extends AnyVariables>(args: UseQueryArgs<Variables, Data>, beat = 0): Repeated<Data> {
  const [{ data, error, fetching, stale }, reload] = useQuery<Data, Variables>({ ...args, requestPolicy: 'cache-and-network' });
  const again = () => reload({ requestPolicy: 'network-only' });
  // What begins at a later beat is being read already.
  const read = useRef(beat);
  useEffect(() => {
    if (read.current === beat) return;
    read.current = beat;
    if (!args.pause) again();
  }, [beat]);
  const last = useRef<Data | undefined>(undefined);
  if (data !== undefined && !error) last.current = data;
  return { data: last.current ?? data, error, fetching: fetching || stale, again };
}
