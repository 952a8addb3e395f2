import { ActionIcon, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import controls from '../calls/Controls.module.css';

/** Opens the dialog, also by `i`. `blocked` says why not now. */
export function InviteButton({ blocked, onOpen }: { blocked: string | null; onOpen: () => void }) {
  const press = () => {
    if (blocked === null) onOpen();
  };
  useHotkeys([['i', press]]);
  return (
    <Tooltip label={blocked ?? 'Ask somebody in (i)'}>
      <ActionIcon size={36} radius="xl" className={controls.toggle} aria-label="Ask somebody in" aria-disabled={blocked !== null} onClick={press}>
        <IconUserPlus size={20} />
      </ActionIcon>
    </Tooltip>
  );
}
