import { ActionIcon, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import styles from './Controls.module.css';
import type { Hold } from './hold';

/** Hold and resume, also by `h`. `blocked` says why not now. */
export function HoldButton({ hold, blocked }: { hold: Hold; blocked: string | null }) {
  const [busy, setBusy] = useState(false);
  const why = blocked ?? (hold.possible ? null : 'Hold, once somebody is there');
  const press = () => {
    if (busy || why !== null) return;
    setBusy(true);
    void hold.set(!hold.on).finally(() => setBusy(false));
  };
  useHotkeys([['h', press]]);
  return (
    <Tooltip label={why ?? (hold.on ? 'Resume (h)' : 'Hold (h)')}>
      <ActionIcon
        size={36}
        radius="xl"
        className={styles.toggle}
        aria-label={hold.on ? 'Resume' : 'Hold'}
        aria-pressed={hold.on}
        aria-disabled={why !== null}
        data-held={hold.on}
        onClick={press}
      >
        {hold.on ? <IconPlayerPlay size={20} /> : <IconPlayerPause size={20} />}
      </ActionIcon>
    </Tooltip>
  );
}
