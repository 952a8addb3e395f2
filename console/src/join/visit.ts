import { useDocumentTitle } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { Visit } from '../../widget/messages';
import { host } from '../queue/embed';

/** Says in the title, and to the site around the page, where the visit stands. */
export function useVisit({ state, place }: Visit, queue: string | null): void {
  const words = titleOf({ state, place });
  const ringing = state === 'ringing';
  const [lit, setLit] = useState(true);
  useDocumentTitle([ringing && !lit ? '☎' : words, queue ?? 'Cordboard'].join(' · '));
  useEffect(() => host.tell({ state, place }), [state, place]);
  useEffect(() => {
    if (!ringing) return;
    const timer = setInterval(() => setLit((now) => !now), 1_000);
    return () => {
      clearInterval(timer);
      setLit(true);
    };
  }, [ringing]);
}

function titleOf({ state, place }: Visit): string {
  switch (state) {
    case 'form':
      return 'Call';
    case 'waiting':
      return place === null ? 'In line' : `Place ${place}`;
    case 'callback':
      return place === null ? 'We call you back' : `Call-back, place ${place}`;
    case 'ringing':
      return 'We are calling you';
    case 'talking':
      return 'In a call';
    case 'closed':
      return 'Closed';
    case 'ended':
      return 'Call over';
  }
}
