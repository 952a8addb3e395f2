import { ActionIcon, Button, Group, Popover, Stack, TextInput, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerRecord, IconPlayerRecordFilled } from '@tabler/icons-react';
import { useState } from 'react';
import controls from './Controls.module.css';
import styles from './RecordButton.module.css';
import type { Recorder } from './recorder';

const LABELS = {
  NONE: 'Record',
  RECORDING: 'Recording: pause or stop',
  PAUSED: 'Recording paused: resume or stop',
} as const;

const ICONS = { NONE: IconPlayerRecord, RECORDING: IconPlayerRecordFilled, PAUSED: IconPlayerPause } as const;

/** Starts at once; what runs is paused or stopped in a popover. `r` pauses and resumes. */
export function RecordButton({ recorder }: { recorder: Recorder }) {
  const [opened, setOpened] = useState(false);
  const { current } = recorder;
  const state = current?.state ?? 'NONE';
  const Icon = ICONS[state];
  const done = (work: Promise<boolean>) => {
    setOpened(false);
    void work;
  };

  useHotkeys([
    [
      'r',
      () => {
        if (state === 'RECORDING') setOpened(true);
        if (state === 'PAUSED' && !recorder.resuming) done(recorder.resume());
      },
    ],
  ]);

  return (
    <Popover
      position="top"
      width={280}
      shadow="md"
      trapFocus
      returnFocus
      opened={opened && current !== null}
      onChange={setOpened}
    >
      <Popover.Target>
        <Tooltip label={recorder.possible ? `${LABELS[state]}${current ? ' (r)' : ''}` : 'Record, once the call is answered'} disabled={opened}>
          <ActionIcon
            size={36}
            radius="xl"
            className={`${controls.toggle} ${styles.button}`}
            aria-label={LABELS[state]}
            aria-disabled={!recorder.possible}
            data-state={state}
            onClick={() => {
              if (current) setOpened((was) => !was);
              else if (recorder.possible) done(recorder.start());
            }}
          >
            <Icon size={20} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="Recording">
        <Stack gap="sm">
          {state === 'PAUSED' ? (
            <Button onClick={() => done(recorder.resume())} data-autofocus>
              Resume recording
            </Button>
          ) : (
            <Pause onPause={(reason) => done(recorder.pause(reason))} />
          )}
          <Stop onStop={() => done(recorder.stop())} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The reason stays with the recording, so that nobody wonders later what is missing. */
function Pause({ onPause }: { onPause: (reason: string) => void }) {
  const [reason, setReason] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') onPause(reason.trim());
      }}
    >
      <Stack gap="xs">
        <TextInput
          label="Pause, because"
          placeholder="Reason"
          maxLength={200}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group gap="xs" justify="space-between">
          <Button variant="default" size="xs" onClick={() => onPause('Card number')}>
            Card number
          </Button>
          <Button type="submit" size="xs" disabled={reason.trim() === ''}>
            Pause
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Stop({ onStop }: { onStop: () => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <Button variant="default" size="xs" onClick={() => setAsked(true)}>
        Stop recording
      </Button>
    );
  }
  return (
    <Stack gap="xs" role="group" aria-label="Stop recording?">
      <span>Stop? What was recorded is kept; it does not start again by itself.</span>
      <Group gap="xs" justify="flex-end">
        <Button variant="default" size="xs" onClick={() => setAsked(false)} autoFocus>
          Keep recording
        </Button>
        <Button color="red" size="xs" onClick={onStop}>
          Stop
        </Button>
      </Group>
    </Stack>
  );
}
