import { ActionIcon, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconTransfer } from '@tabler/icons-react';
import controls from '../calls/Controls.module.css';

/** Opens the dialog, also by `t`. `blocked` says why not now. */
export function TransferButton({ blocked, onOpen }: { blocked: string | null; onOpen: () => void }) {
  const press = () => {
    if (blocked === null) onOpen();
  };
  useHotkeys([['t', press]]);
  return (
    <Tooltip label={blocked ?? 'Transfer (t)'}>
      <ActionIcon size={36} radius="xl" className={controls.toggle} aria-label="Transfer" aria-disabled={blocked !== null} onClick={press}>
        <IconTransfer size={20} />
      </ActionIcon>
    </Tooltip>
  );
}
