import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { readMyself, useMyself } from '../agents/myself';
import { useWorkspace } from '../app/workspace';
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
  const { inbox } = useWorkspace().offers;
  const [open, setOpen] = useState(true);
  useEffect(() => {
    if (!wrapUp.endsAt) return;
    const left = inbox.left(wrapUp.startedAt, wrapUp.endsAt);
    const timer = setTimeout(() => void readMyself(client), Math.max(0, left) + AFTER_MS);
    return () => clearTimeout(timer);
  }, [client, inbox, wrapUp.startedAt, wrapUp.endsAt]);
  return (
    <>
      <WrapUpPanel wrapUp={wrapUp} open={open} />
      <WrapUpBar wrapUp={wrapUp} open={open} onOpen={setOpen} />
    </>
  );
}
