import { Alert, Button, Group, NativeSelect, Switch, Text } from '@mantine/core';
import { IconMicrophone, IconVideoOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Video } from '../calls/Video';
import { faultWords } from '../calls/live-words';
import { useDevices, useLocalMedia, useStream } from '../call/hooks';
import { watchLevel } from '../call/level';
import type { LocalMedia } from '../call/media';
import styles from './join.module.css';

/** See and hear oneself before the other side does. */
export function DeviceCheck({ media, video }: { media: LocalMedia; video: boolean }) {
  const state = useLocalMedia(media);
  const preview = useStream(state.video);
  const devices = useDevices(state.audio ?? state.video);
  const [asked, setAsked] = useState(false);

  useEffect(() => {
    setAsked(true);
    void media.open(video);
  }, [media, video]);

  return (
    <section className={styles.check} aria-label="Your camera and microphone">
      <div className={styles.preview} data-on={preview !== null}>
        {preview ? (
          <Video stream={preview} mirrored label="Your own picture" className={styles.video} />
        ) : (
          <span className={styles.off}>
            <IconVideoOff size={24} aria-hidden="true" />
            Your camera is off
          </span>
        )}
      </div>
      <Level track={state.audio} />
      {state.fault && asked && (
        <Alert color="yellow" role="alert" p="xs">
          {faultWords(state.fault)}{' '}
          <Button size="compact-xs" variant="default" onClick={() => void media.open(video)}>
            Try again
          </Button>
        </Alert>
      )}
      <Group grow gap="sm" align="end">
        {devices.audioinput.length > 1 && (
          <NativeSelect
            label="Microphone"
            value={state.audio?.getSettings().deviceId ?? ''}
            onChange={(event) => void media.choose('audio', event.currentTarget.value)}
            data={devices.audioinput.map(option)}
          />
        )}
        {state.cameraOn && devices.videoinput.length > 1 && (
          <NativeSelect
            label="Camera"
            value={state.video?.getSettings().deviceId ?? ''}
            onChange={(event) => void media.choose('video', event.currentTarget.value)}
            data={devices.videoinput.map(option)}
          />
        )}
      </Group>
      <Switch
        label="Camera on"
        checked={state.cameraOn}
        onChange={(event) => void media.setCamera(event.currentTarget.checked)}
      />
    </section>
  );
}

function option(device: MediaDeviceInfo) {
  return { value: device.deviceId, label: device.label || 'Unnamed device' };
}

function Level({ track }: { track: MediaStreamTrack | null }) {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    setLevel(0);
    return track ? watchLevel(track, setLevel) : undefined;
  }, [track]);
  return (
    <div className={styles.level}>
      <IconMicrophone size={20} aria-hidden="true" />
      <div
        className={styles.scale}
        role="meter"
        aria-label="Loudness of your microphone"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(level * 100)}
      >
        <span style={{ transform: `scaleX(${level})` }} />
      </div>
      <Text size="xs" c="dimmed">
        {track ? 'Say something' : 'Not heard'}
      </Text>
    </div>
  );
}
