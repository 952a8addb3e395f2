import { Button } from '@mantine/core';
import { IconPhoneIncoming } from '@tabler/icons-react';
import { useWorkspace } from '../app/workspace';
import type { CallTicket } from '../call/desk';

/** One's own call that runs in another tab, or in none since a browser closed. */
export function TakeUp({ ticket }: { ticket: CallTicket }) {
  const { desk } = useWorkspace();
  return (
    <Button ml="auto" leftSection={<IconPhoneIncoming size={18} aria-hidden="true" />} onClick={() => desk.begin(ticket)}>
      Continue here
    </Button>
  );
}
