import { Button } from '@mantine/core';
import { IconPlayerPauseFilled } from '@tabler/icons-react';
import { Since } from '../ui/Time';
import { Band } from './Band';
import type { Hold } from './hold';
import { hearing, others, type Party } from './party';

/** The call is on hold: who hears music, for how long, and the way back. */
export function HoldBand({ hold, parties, myLegId }: { hold: Hold; parties: readonly Party[]; myLegId: string | null }) {
  const held = others(parties, myLegId);
  return (
    <Band
      icon={<IconPlayerPauseFilled size={20} />}
      aside={hold.since && <Since at={hold.since} />}
      actions={
        <Button size="xs" variant="white" color="dark" onClick={() => void hold.set(false)}>
          Resume
        </Button>
      }
    >
      On hold. {hearing(held, myLegId)}
    </Band>
  );
}
