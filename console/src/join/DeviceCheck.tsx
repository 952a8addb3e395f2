import { Alert, Button, Group, NativeSelect, Switch } from '@mantine/core';
import { IconVideoOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Video } from '../calls/Video';
import { faultWords } from '../calls/live-words';
import { useDevices, useLocalMedia, useStream } from '../call/hooks';
import type { LocalMedia } from '../call/media';
import styles from './join.module.css';
import { Level } from './Level';

interface Props {
  media: LocalMedia;
  /** Begins with the camera on. */
  video: boolean;
  /** False where pictures are not for this call. */
  camera?: boolean;
}

/** See and hear oneself before the other side does. */
export function DeviceCheck({ media, video, camera = true }: Props) {
  const state = useLocalMedia(media);
  const preview = useStream(state.video);
  const devices = useDevices(state.audio ?? state.video);
  const [asked, setAsked] = useState(false);

  useEffect(() => {
    setAsked(true);
    void media.open(video);
  }, [media, video]);

  return (
    <section className={styles.check} aria-label={camera ? 'Your camera and microphone' : 'Your microphone'}>
      {camera && (
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
      )}
      <Level track={state.audio} words="Say something" />
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
      {camera && (
        <Switch
          label="Camera on"
          checked={state.cameraOn}
          onChange={(event) => void media.setCamera(event.currentTarget.checked)}
        />
      )}
    </section>
  );
}

function option(device: MediaDeviceInfo) {
  return { value: device.deviceId, label: device.label || 'Unnamed device' };
}
