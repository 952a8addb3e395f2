import { Alert, Button } from '@mantine/core';
import type { LocalMedia } from '../call/media';
import { faultWords } from '../calls/live-words';
import type { OwnCall } from './guest-call';

/** What is wrong with one's own microphone or camera, and another try. */
export function MediaFault({ own: { call, local }, media }: { own: OwnCall; media: LocalMedia }) {
  if (!local.fault) return null;
  return (
    <Alert color="yellow" role="alert" p="sm">
      {faultWords(local.fault)}{' '}
      <Button size="compact-sm" variant="default" onClick={() => void media.open(call?.media === 'VIDEO')}>
        Try again
      </Button>
    </Alert>
  );
}
