import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

/** A word about a row that is neither good nor bad news. */
export function Plain({ children }: { children: ReactNode }) {
  return (
    <Badge variant="default" radius="sm" tt="none" fw={500}>
      {children}
    </Badge>
  );
}
