import { Menu } from '@mantine/core';
import { useWorkspace } from '../app/workspace';
import { useLiveCall } from '../call/hooks';
import type { DockProps } from './CallDock';
import { HangUpButton } from './Controls';
import { whoGoesOn } from './going-on';

/** Hangs up. Where others would go on without one, that is one of two things to choose from. */
export function HangUp({ current: { live }, call, transferring, name }: DockProps) {
  const { user } = useWorkspace();
  const { legId } = useLiveCall(live);
  const goesOn = call ? whoGoesOn(call, transferring.current, legId, user.id, name) : null;
  if (goesOn === null) return <HangUpButton onClick={() => void live.hangUp()} />;
  // Whoever has handed it over hangs up as people do; the end for all would not be what is meant.
  if (transferring.current?.state === 'RINGING') return <HangUpButton means={`Hang up: ${goesOn}`} onClick={() => void live.hangUp(true)} />;
  return (
    <Menu position="top-end" width={260}>
      <Menu.Target>
        <HangUpButton />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void live.hangUp(true)}>Leave: {goesOn}</Menu.Item>
        <Menu.Item color="red" onClick={() => void live.hangUp()}>
          End the call for all
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
