import { useWorkspace } from '../app/workspace';
import { useLiveCall } from '../call/hooks';
import { TransferBand } from '../transfers/TransferBand';
import type { DockProps } from './CallDock';
import { HoldBand } from './HoldBand';
import { isPresent } from './party';

/** What has to be known of the call now, and done about it: a transfer, or a hold. */
export function CallBand({ current, call, name, hold, transferring }: DockProps) {
  const { user } = useWorkspace();
  const { legId } = useLiveCall(current.live);
  if (!call) return null;
  const transfer = transferring.current;
  if (transfer) {
    return (
      <TransferBand
        transferring={transferring}
        transfer={transfer}
        mine={transfer.from.user.id === user.id}
        name={name}
        parties={call.legs.filter(isPresent)}
        offers={call.offers}
        myLegId={legId}
      />
    );
  }
  return hold.on ? <HoldBand hold={hold} parties={call.legs} myLegId={legId} /> : null;
}
