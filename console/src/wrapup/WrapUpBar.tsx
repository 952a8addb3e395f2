import { ActionIcon, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconClipboardCheck } from '@tabler/icons-react';
import bar from '../calls/CallBar.module.css';
import { Left } from './Left';
import type { OpenWrapUp } from './WrapUpDock';

interface Props {
  wrapUp: OpenWrapUp;
  open: boolean;
  onOpen: (open: boolean) => void;
}

export function WrapUpBar({ wrapUp, open, onOpen }: Props) {
  const label = open ? 'Lay the wrap-up aside' : 'Back to the wrap-up';
  return (
    <section className={bar.bar} aria-label="Wrap-up" data-short="true">
      <IconClipboardCheck size={24} aria-hidden="true" />
      <div className={bar.who}>
        <strong>Wrap-up</strong>
        <span>No calls reach you until it is done</span>
      </div>
      <div className={bar.facts}>
        <Left wrapUp={wrapUp} />
      </div>
      <div className={bar.right}>
        <Tooltip label={label}>
          <ActionIcon size={36} aria-label={label} onClick={() => onOpen(!open)}>
            {open ? <IconChevronDown size={20} /> : <IconChevronUp size={20} />}
          </ActionIcon>
        </Tooltip>
      </div>
    </section>
  );
}
