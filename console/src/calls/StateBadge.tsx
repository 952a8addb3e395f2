import { Badge } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBell,
  IconCheck,
  IconPhoneCall,
  IconPhoneOff,
  type TablerIcon,
} from '@tabler/icons-react';
import type { CallResult, CallState } from '../gql/graphql';
import { stateOf, type Tone } from './words';

const SURFACES: Record<Tone, { background: string; color: string }> = {
  live: { background: 'var(--live-surface)', color: 'var(--live)' },
  wait: { background: 'var(--wait-surface)', color: 'var(--wait)' },
  fault: { background: 'var(--fault-surface)', color: 'var(--fault)' },
  quiet: { background: 'var(--hover)', color: 'var(--quiet)' },
};

/** State as a word and an icon; the colour only helps. */
export function StateBadge({ call }: { call: { state: CallState; result?: CallResult | null } }) {
  const { words, tone } = stateOf(call);
  const Icon = iconOf(call);
  return (
    <Badge
      radius="sm"
      tt="none"
      fw={500}
      style={{ ...SURFACES[tone], maxWidth: 'none' }}
      px={8}
      leftSection={<Icon size={14} aria-hidden="true" style={{ display: 'block' }} />}
    >
      {words}
    </Badge>
  );
}

function iconOf({ state, result }: { state: CallState; result?: CallResult | null }): TablerIcon {
  if (state === 'IN_PROGRESS') return IconPhoneCall;
  if (state !== 'ENDED') return IconBell;
  if (result === 'COMPLETED') return IconCheck;
  return result === 'FAILED' ? IconAlertTriangle : IconPhoneOff;
}
