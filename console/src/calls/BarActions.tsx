import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconDots, IconTransfer, IconUserPlus } from '@tabler/icons-react';
import type { Phase } from '../call/live-call';
import { ChatButton } from '../chat/ChatButton';
import { InviteButton } from '../parties/InviteButton';
import { TransferButton } from '../transfers/TransferButton';
import type { DockProps } from './CallDock';
import styles from './Controls.module.css';
import { HoldButton } from './HoldButton';

interface Props extends DockProps {
  phase: Phase;
  onDialog: (dialog: 'transfer' | 'invite') => void;
}

const TRANSFERS = 'The call is being transferred';

/** What can be done with a call besides talking. On a phone, what is done seldom stands behind one button. */
export function BarActions({ call, hold, transferring, chat, open, onOpen, tab, onTab, phase, onDialog }: Props) {
  const narrow = useMediaQuery('(max-width: 720px)', false, { getInitialValueInEffect: false });
  const talks = call?.state === 'IN_PROGRESS' && phase === 'connected';
  const busy = transferring.current ? TRANSFERS : null;
  const transferBlocked = busy ?? (talks ? null : 'Transfer, once the call is answered');
  const inviteBlocked = busy ?? (talks ? null : 'Ask somebody in, once the call is answered');
  const chatShown = open && tab === 'chat';
  const showChat = () => {
    onTab(chatShown ? 'contact' : 'chat');
    onOpen(true);
  };
  return (
    <>
      <HoldButton hold={hold} blocked={busy} />
      <ChatButton chat={chat} pressed={chatShown} onPress={showChat} />
      {narrow ? (
        <Menu position="top" width={220}>
          <Menu.Target>
            <Tooltip label="More">
              <ActionIcon size={36} radius="xl" className={styles.toggle} aria-label="More">
                <IconDots size={20} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconTransfer size={18} />} disabled={transferBlocked !== null} onClick={() => onDialog('transfer')}>
              Transfer
            </Menu.Item>
            <Menu.Item leftSection={<IconUserPlus size={18} />} disabled={inviteBlocked !== null} onClick={() => onDialog('invite')}>
              Ask somebody in
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : (
        <>
          <TransferButton blocked={transferBlocked} onOpen={() => onDialog('transfer')} />
          <InviteButton blocked={inviteBlocked} onOpen={() => onDialog('invite')} />
        </>
      )}
    </>
  );
}
