import { Button } from '@mantine/core';
import { IconPhoneIncoming } from '@tabler/icons-react';
import { useWorkspace } from '../app/workspace';

/** One's own call that runs in another tab, or in none since a browser closed. */
export function TakeUp({ callId, video }: { callId: string; video: boolean }) {
  const { desk } = useWorkspace();
  return (
    <Button
      ml="auto"
      leftSection={<IconPhoneIncoming size={18} aria-hidden="true" />}
      onClick={() => desk.begin({ callId, video, joinUrl: null })}
    >
      Continue here
    </Button>
  );
}
