import { ActionIcon, Button, Group, Kbd, Modal, Stack, Switch, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconHeadset, IconMicrophone, IconPhone, IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { useWorkspace } from '../app/workspace';
import { CallPlace } from '../calls/CallButtons';
import { useInCall } from '../calls/inCall';
import type { MediaKind } from '../gql/graphql';
import { Fault } from '../ui/Fault';
import { ColleaguePicker } from './ColleaguePicker';
import type { Colleague } from './colleagues';

/** Calls somebody of the house, from wherever one is; also by `c`. */
export function CallColleague() {
  const inCall = useInCall();
  const [opened, setOpened] = useState(false);
  const label = inCall ? 'Call a colleague: you are in a call' : 'Call a colleague (c)';
  const open = () => {
    if (!inCall) setOpened(true);
  };
  useHotkeys([['c', open]]);
  return (
    <>
      <Tooltip label={label}>
        <ActionIcon aria-label="Call a colleague" aria-disabled={inCall} onClick={open}>
          <IconHeadset size={20} />
        </ActionIcon>
      </Tooltip>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Call a colleague">
        <Choice onDone={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function Choice({ onDone }: { onDone: () => void }) {
  const { desk } = useWorkspace();
  const [, place] = useMutation(CallPlace);
  const [colleague, setColleague] = useState<Colleague | null>(null);
  const [placing, setPlacing] = useState<MediaKind | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [message, setMessage] = useState(false);

  const call = async (media: MediaKind) => {
    if (!colleague || placing) return;
    setPlacing(media);
    setFault(null);
    try {
      const input = { userId: colleague.user.id, media, ...(message && { voicemail: true }), idempotencyKey: idempotencyKey() };
      const { call: placed } = payload(await place({ input }), (data) => data.callPlace);
      if (placed) desk.begin({ callId: placed.id, video: media === 'VIDEO', joinUrl: null, name: colleague.user.name });
      onDone();
    } catch (error) {
      setFault(explain(error));
      setPlacing(null);
    }
  };
  const button = (media: MediaKind, words: string, Icon: typeof IconPhone, key: string, primary: boolean) => (
    <Button
      variant={primary ? 'filled' : 'default'}
      disabled={colleague === null || (placing !== null && placing !== media)}
      loading={placing === media}
      leftSection={<Icon size={18} aria-hidden="true" />}
      rightSection={<Kbd size="xs" visibleFrom="sm">{key}</Kbd>}
      onClick={() => void call(media)}
    >
      {words}
    </Button>
  );
  return (
    <Stack gap="sm">
      <ColleaguePicker
        value={colleague}
        onValue={setColleague}
        onSubmit={(other) => void call(other && !message ? 'VIDEO' : 'AUDIO')}
        anybody={message}
      />
      <Switch
        label="Leave a message"
        description="Nothing rings: after a greeting and a beep you speak for up to three minutes"
        checked={message}
        onChange={(event) => setMessage(event.currentTarget.checked)}
      />
      <Fault words={fault} />
      <Group gap="xs" grow>
        {message ? (
          button('AUDIO', 'Leave a message', IconMicrophone, 'Enter', true)
        ) : (
          <>
            {button('AUDIO', 'Audio call', IconPhone, 'Enter', true)}
            {button('VIDEO', 'Video call', IconVideo, '⇧ Enter', false)}
          </>
        )}
      </Group>
    </Stack>
  );
}
