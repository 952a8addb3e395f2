import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconEar, IconMessage, IconPhoneIncoming, IconUsersPlus, type TablerIcon } from '@tabler/icons-react';
import type { MediaKind, MonitorMode } from '../gql/graphql';
import { type Monitor, useMonitor } from './monitor';
import styles from './Supervision.module.css';
import { ALL_MODES, type Beside, MODE_WORDS } from './words';

export const MODE_ICONS: Record<MonitorMode, TablerIcon> = {
  LISTEN: IconEar,
  WHISPER: IconMessage,
  BARGE: IconUsersPlus,
  TAKE_OVER: IconPhoneIncoming,
};

interface Props {
  call: { id: string; media: MediaKind };
  /** Whose call it is: said to those who can't see beside whom the buttons stand. */
  whose: string;
  /** How one is in it already. */
  beside: Beside | null;
  /** Where there is no room for words. */
  icons?: boolean;
}

/** Each way into a running call by one press. */
export function MonitorButtons({ call, whose, beside, icons = false }: Props) {
  const monitor = useMonitor();
  return (
    <div className={styles.modes} role="group" aria-label={`Supervise the call of ${whose}`}>
      {ALL_MODES.map((mode) => (
        <ModeButton key={mode} mode={mode} call={call} whose={whose} monitor={monitor} pressed={beside === mode && monitor.here === call.id} icon={icons} />
      ))}
    </div>
  );
}

interface ModeProps extends Pick<Props, 'call' | 'whose'> {
  mode: MonitorMode;
  monitor: Monitor;
  pressed: boolean;
  icon: boolean;
}

function ModeButton({ mode, call, whose, monitor, pressed, icon }: ModeProps) {
  const { words, meaning } = MODE_WORDS[mode];
  const Icon = MODE_ICONS[mode];
  const shared = {
    'aria-label': `${words}: ${whose}`,
    'aria-pressed': mode === 'TAKE_OVER' ? undefined : pressed,
    disabled: monitor.blocked !== null || pressed,
    loading: monitor.busy?.callId === call.id && monitor.busy.mode === mode,
    onClick: () => void monitor.go(call, mode),
  };
  return (
    <Tooltip label={monitor.blocked ?? (icon ? `${words}: ${lower(meaning)}` : meaning)}>
      {icon ? (
        <ActionIcon size={28} className={styles.mode} data-pressed={pressed} {...shared}>
          <Icon size={16} />
        </ActionIcon>
      ) : (
        <Button size="compact-sm" variant="default" className={styles.mode} data-pressed={pressed} leftSection={<Icon size={16} aria-hidden="true" />} {...shared}>
          {words}
        </Button>
      )}
    </Tooltip>
  );
}

function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
