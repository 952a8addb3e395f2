import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconMicrophone } from '@tabler/icons-react';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { payload } from '../api/errors';
import { showFault } from '../api/show-fault';
import { graphql } from '../gql';
import type { AudioFileFieldsFragment } from '../gql/graphql';
import { checkAudio, upload } from '../api/upload';
import { AudioButton } from '../ui/AudioButton';
import { usePolling } from '../ui/usePolling';

const OwnGreetingDocument = graphql(`
  query OwnGreeting {
    viewer {
      user {
        id
        agent {
          id
          voicemailGreeting {
            ...AudioFileFields
          }
        }
      }
    }
  }
`);

const AgentVoicemailSet = graphql(`
  mutation AgentVoicemailSet($input: AgentVoicemailSetInput!) {
    agentVoicemailSet(input: $input) {
      agent {
        id
        voicemailGreeting {
          ...AudioFileFields
        }
      }
      uploadUrl
      userErrors {
        code
        message
      }
    }
  }
`);

/** While a file is converted. */
const EVERY_MS = 2_000;

/** What colleagues hear before they leave one a message. */
export function OwnGreeting() {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconMicrophone size={16} aria-hidden="true" />} onClick={() => setOpened(true)}>
        Your greeting
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Your greeting" centered>
        {opened && <Editor />}
      </Modal>
    </>
  );
}

function Editor() {
  const [{ data }, reload] = useQuery({ query: OwnGreetingDocument, requestPolicy: 'cache-and-network' });
  const [, set] = useMutation(AgentVoicemailSet);
  const [busy, setBusy] = useState(false);
  const greeting = data?.viewer.user?.agent?.voicemailGreeting ?? null;
  const converting = greeting?.state === 'WAITING' || greeting?.state === 'CONVERTING';
  usePolling(reload, EVERY_MS, converting);

  const change = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      showFault(error, 'The greeting was not changed');
    } finally {
      setBusy(false);
      reload({ requestPolicy: 'network-only' });
    }
  };
  const take = async (file: File) => {
    checkAudio(file);
    const { uploadUrl } = payload(await set({ input: { upload: true } }), (result) => result.agentVoicemailSet);
    await upload(uploadUrl, file);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        A colleague who does not reach you hears it before the beep. Without one a voice of ours says that nobody can take the call.
      </Text>
      <Now greeting={greeting} />
      <Group gap={8}>
        <AudioButton size="xs" loading={busy} onFile={(file) => void change(() => take(file))}>
          {greeting ? 'Upload another' : 'Upload'}
        </AudioButton>
        {greeting && (
          <Button size="xs" variant="default" disabled={busy} onClick={() => void change(async () => void payload(await set({ input: { greetingId: null } }), (result) => result.agentVoicemailSet))}>
            Remove
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function Now({ greeting }: { greeting: AudioFileFieldsFragment | null }) {
  if (!greeting) return <Text size="sm">No greeting yet.</Text>;
  switch (greeting.state) {
    case 'WAITING':
    case 'CONVERTING':
      return (
        <Text size="sm" role="status">
          It is being converted.
        </Text>
      );
    case 'FAILED':
      return (
        <Text size="sm" c="var(--fault)" role="alert">
          {greeting.failure ?? 'It could not be converted.'}
        </Text>
      );
    case 'READY':
      return greeting.url ? <audio controls preload="none" src={greeting.url} aria-label="Your greeting" style={{ width: '100%' }} /> : null;
  }
}
