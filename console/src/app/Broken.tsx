import { Button, EmptyState } from '@mantine/core';
import { IconAlertTriangle, IconMapPinOff } from '@tabler/icons-react';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { LinkButton } from '../ui/LinkButton';

/** A fault of this page itself: say so and offer the one thing that helps. */
export function Broken({ error }: ErrorComponentProps) {
  return (
    <EmptyState
      component="main"
      role="alert"
      p="xl"
      icon={<IconAlertTriangle />}
      title="This page broke"
      description={error instanceof Error ? error.message : undefined}
    >
      <EmptyState.Actions>
        <Button onClick={() => location.reload()}>Load it again</Button>
      </EmptyState.Actions>
    </EmptyState>
  );
}

export function Nowhere() {
  return (
    <EmptyState p="xl" icon={<IconMapPinOff />} title="There is no such page" description="The address may be mistyped.">
      <EmptyState.Actions>
        <LinkButton to="/">To the desk</LinkButton>
      </EmptyState.Actions>
    </EmptyState>
  );
}
