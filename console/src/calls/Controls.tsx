import { ActionIcon, type ActionIconProps, Menu, Tooltip } from '@mantine/core';
import {
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconScreenShare,
  IconScreenShareOff,
  IconSettings,
  IconVideo,
  IconVideoOff,
} from '@tabler/icons-react';
import { type ReactNode, type Ref, useState } from 'react';
import { useDevices, useLocalMedia } from '../call/hooks';
import { canShareScreen, isMuted, type LocalMedia, storedPreferences } from '../call/media';
import styles from './Controls.module.css';

interface Props {
  media: LocalMedia;
  onHangUp: () => void;
  speaker: string | null;
  onSpeaker: (deviceId: string) => void;
  /** Large targets for thumbs. */
  large?: boolean;
  /** What else can be done with the call, before the end of it. */
  children?: ReactNode;
  /** Hanging up has to be asked about first; this stands in the button's place. */
  hangUp?: ReactNode;
  /** Whoever only listens has nothing to mute. */
  sends?: boolean;
}

export function Controls({ media, onHangUp, speaker, onSpeaker, large = false, children, hangUp, sends = true }: Props) {
  const size = large ? 52 : 36;
  const icon = large ? 24 : 20;
  return (
    <div className={styles.controls} role="group" aria-label="Call controls">
      {sends && <Toggles media={media} size={size} icon={icon} />}
      <DeviceMenu media={media} speaker={speaker} onSpeaker={onSpeaker} size={size} icon={icon} />
      {children}
      {hangUp ?? <HangUpButton size={size} icon={icon} onClick={onHangUp} />}
    </div>
  );
}

interface ToggleProps {
  media: LocalMedia;
  size: number;
  icon: number;
}

/** What one sends, on or off. */
function Toggles({ media, size, icon }: ToggleProps) {
  const state = useLocalMedia(media);
  const { cameraOn, screen } = state;
  const muted = isMuted(state);
  return (
    <>
      <Tooltip label={muted ? 'Unmute (m)' : 'Mute (m)'}>
        <ActionIcon
          size={size}
          radius="xl"
          className={styles.toggle}
          aria-label={muted ? 'Unmute' : 'Mute'}
          aria-pressed={muted}
          data-off={muted}
          onClick={() => media.toggleMicrophone()}
        >
          {muted ? <IconMicrophoneOff size={icon} /> : <IconMicrophone size={icon} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={cameraOn ? 'Camera off (v)' : 'Camera on (v)'}>
        <ActionIcon
          size={size}
          radius="xl"
          className={styles.toggle}
          aria-label={cameraOn ? 'Turn camera off' : 'Turn camera on'}
          aria-pressed={cameraOn}
          data-off={!cameraOn}
          onClick={() => void media.setCamera(!cameraOn)}
        >
          {cameraOn ? <IconVideo size={icon} /> : <IconVideoOff size={icon} />}
        </ActionIcon>
      </Tooltip>
      {canShareScreen() && (
        <Tooltip label={screen ? 'Stop sharing (s)' : 'Share your screen (s)'}>
          <ActionIcon
            size={size}
            radius="xl"
            className={styles.toggle}
            aria-label={screen ? 'Stop sharing your screen' : 'Share your screen'}
            aria-pressed={screen !== null}
            data-on={screen !== null}
            onClick={() => toggleScreen(media)}
          >
            {screen ? <IconScreenShareOff size={icon} /> : <IconScreenShare size={icon} />}
          </ActionIcon>
        </Tooltip>
      )}
    </>
  );
}

export function toggleScreen(media: LocalMedia): void {
  if (media.state().screen) media.stopScreen();
  else if (canShareScreen()) void media.shareScreen();
}

interface HangUpProps extends Omit<ActionIconProps, 'size'> {
  size?: number;
  icon?: number;
  onClick?: () => void;
  /** Where it doesn't end the call. */
  means?: string;
  ref?: Ref<HTMLButtonElement>;
}

export function HangUpButton({ size = 36, icon = 20, means = 'Hang up', className = '', ...props }: HangUpProps) {
  return (
    <Tooltip label={means}>
      <ActionIcon size={size} radius="xl" aria-label="Hang up" {...props} className={`${styles.hangUp} ${className}`}>
        <IconPhoneOff size={icon} />
      </ActionIcon>
    </Tooltip>
  );
}

interface DeviceProps extends Pick<Props, 'media' | 'speaker' | 'onSpeaker'> {
  size: number;
  icon: number;
}

function DeviceMenu({ media, speaker, onSpeaker, size, icon }: DeviceProps) {
  const { audio, video } = useLocalMedia(media);
  const devices = useDevices(audio ?? video);
  const [opened, setOpened] = useState(false);
  const sets = [
    { title: 'Microphone', list: devices.audioinput, chosen: audio?.getSettings().deviceId, choose: (id: string) => void media.choose('audio', id) },
    { title: 'Camera', list: devices.videoinput, chosen: video?.getSettings().deviceId ?? storedPreferences.read('videoinput'), choose: (id: string) => void media.choose('video', id) },
    { title: 'Speaker', list: devices.audiooutput, chosen: speaker ?? 'default', choose: onSpeaker },
  ].filter((set) => set.list.length > 0);
  return (
    <Menu position="top" width={280} shadow="md" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Tooltip label="Devices" disabled={opened}>
          <ActionIcon size={size} radius="xl" className={styles.toggle} aria-label="Devices">
            <IconSettings size={icon} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {sets.length === 0 && <Menu.Label>No devices found</Menu.Label>}
        {sets.map((set) => (
          <Menu.RadioGroup key={set.title} value={set.chosen ?? null} onChange={set.choose}>
            <Menu.Label>{set.title}</Menu.Label>
            {set.list.map((device) => (
              <Menu.RadioItem key={device.deviceId} value={device.deviceId} closeMenuOnClick>
                {device.label || 'Unnamed device'}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
