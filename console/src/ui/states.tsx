import { Button, EmptyState, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle, IconLock, IconZoomQuestion } from '@tabler/icons-react';
import type { CombinedError } from '@urql/core';
import type { ReactNode } from 'react';
import { explain, faultCode } from '../api/errors';

/** What happened and a way out; where the role doesn't reach, that is said instead. */
export function ErrorState({ error, retry }: { error: CombinedError; retry: () => void }) {
  const forbidden = faultCode(error) === 'FORBIDDEN';
  return (
    <EmptyState
      role="alert"
      p="xl"
      icon={forbidden ? <IconLock /> : <IconAlertTriangle />}
      title={forbidden ? 'Not for your role' : 'This could not be loaded'}
      description={explain(error)}
    >
      {!forbidden && (
        <EmptyState.Actions>
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        </EmptyState.Actions>
      )}
    </EmptyState>
  );
}

export function Missing({ what, children }: { what: string; children?: ReactNode }) {
  return (
    <EmptyState
      p="xl"
      icon={<IconZoomQuestion />}
      title={`No such ${what}`}
      description={`It doesn’t exist, or you may not see it.`}
    >
      {children && <EmptyState.Actions>{children}</EmptyState.Actions>}
    </EmptyState>
  );
}

/** Rows as tall as the ones that will come, so that nothing jumps. */
export function Rows({ count, height = 36 }: { count: number; height?: number }) {
  return (
    <Stack gap={1} p={12} aria-busy="true" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} height={height - 12} my={6} width={`${92 - ((index * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}
