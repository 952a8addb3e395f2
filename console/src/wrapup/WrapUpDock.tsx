import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { readMyself, useMyself } from '../agents/myself';
import { WrapUpBar } from './WrapUpBar';
import { WrapUpPanel } from './WrapUpPanel';

/**
 * After a call its form takes the stage's place, wherever one is in the console, and comes back after
 * a reload. It can be laid aside to look something up, not lost.
 */
export function WrapUpDock() {
  const wrapUp = useMyself()?.wrapUp;
  return wrapUp ? <Open key={wrapUp.call.id} wrapUp={wrapUp} /> : null;
}

export type OpenWrapUp = NonNullable<NonNullable<ReturnType<typeof useMyself>>['wrapUp']>;

/** The platform ends it at its time; a moment later we look. */
const AFTER_MS = 500;

function Open({ wrapUp }: { wrapUp: OpenWrapUp }) {
  const client = useClient();
  const [open, setOpen] = useState(true);
  useEffect(() => {
    if (!wrapUp.endsAt) return;
    const timer = setTimeout(() => void readMyself(client), Math.max(0, Date.parse(wrapUp.endsAt) - Date.now()) + AFTER_MS);
    return () => clearTimeout(timer);
  }, [client, wrapUp.endsAt]);
  return (
    <>
      <WrapUpPanel wrapUp={wrapUp} open={open} />
      <WrapUpBar wrapUp={wrapUp} open={open} onOpen={setOpen} />
    </>
  );
}
