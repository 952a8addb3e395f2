import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconArrowsExchange, IconTransfer } from '@tabler/icons-react';
import { Band } from '../calls/Band';
import type { Party } from '../calls/party';
import type { CallNewsFragment } from '../gql/graphql';
import { Since, useNow } from '../ui/Time';
import type { Transfer, Transferring } from './transfer';
import { standing, swapWords, targetOf } from './words';

interface Props {
  transferring: Transferring;
  transfer: Transfer;
  /** Only who transfers decides; the other one sees who hears whom. */
  mine: boolean;
  /** Whom it is about. */
  name: string;
  parties: readonly Party[];
  offers: CallNewsFragment['offers'];
  myLegId: string | null;
}

/** A transfer while it lasts: who is asked or who hears whom, and every way on. */
export function TransferBand({ transferring, transfer, mine, name, parties, offers, myLegId }: Props) {
  const ringing = transfer.state === 'RINGING';
  const until = offers.findLast(({ state }) => state === 'PENDING')?.expiresAt;
  return (
    <Band
      icon={ringing ? <IconTransfer size={20} /> : <IconArrowsExchange size={20} />}
      aside={ringing && (until ? <Left until={until} /> : <Since at={transfer.startedAt} />)}
      actions={mine && (ringing ? <TakeBack transferring={transferring} name={name} /> : <Consulting transferring={transferring} transfer={transfer} name={name} />)}
    >
      {standing(transfer, name, parties, myLegId)}
    </Band>
  );
}

function TakeBack({ transferring, name }: { transferring: Transferring; name: string }) {
  const cancel = () => void transferring.cancel();
  useHotkeys([['b', cancel]]);
  return (
    <Button size="xs" variant="white" color="dark" onClick={cancel} title={`Talk with ${name} again (b)`}>
      Take back
    </Button>
  );
}

function Consulting({ transferring, transfer, name }: Pick<Props, 'transferring' | 'transfer' | 'name'>) {
  const target = targetOf(transfer);
  const swap = swapWords(transfer.side, target, name);
  const merged = transfer.side === 'EVERYONE';
  const turn = () => void transferring.swap(swap.to);
  const merge = () => void transferring.swap('EVERYONE');
  const complete = () => void transferring.complete();
  const cancel = () => void transferring.cancel();
  useHotkeys([
    ['h', turn],
    ['g', () => !merged && merge()],
    ['t', complete],
    ['b', cancel],
  ]);
  return (
    <>
      <Button size="xs" variant="white" color="dark" onClick={turn} title={`${swap.words} (h)`}>
        {swap.words}
      </Button>
      {!merged && (
        <Button size="xs" variant="white" color="dark" onClick={merge} title="All three talk (g)">
          All together
        </Button>
      )}
      <Button size="xs" color="var(--go)" onClick={complete} title={`You leave; ${target} and ${name} go on (t)`}>
        Complete
      </Button>
      <Button size="xs" variant="default" onClick={cancel} title={`${target} leaves; you go on with ${name} (b)`}>
        Cancel
      </Button>
    </>
  );
}

function Left({ until }: { until: string }) {
  const now = useNow(500);
  return <time>{Math.max(0, Math.ceil((Date.parse(until) - now.getTime()) / 1000))} s</time>;
}
