import { Button, NativeSelect } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import Hls, { type Level } from 'hls.js';
import { useEffect, useRef, useState } from 'react';
import type { PlaybackFieldsFragment } from '../gql/graphql';
import styles from './RecordingCard.module.css';

interface Props {
  playback: PlaybackFieldsFragment;
  video: boolean;
  /** The link's time is over: ask for another one. */
  onExpired: () => void;
  /** Where it stands, again and again. */
  onTime?: (media: HTMLMediaElement) => void;
}

const AUTOMATIC = -1;
const SPEEDS = ['0.75', '1', '1.25', '1.5', '2'];

/** Adaptive playback with the browser's own controls: they seek, and everybody knows them. */
export default function Player({ playback, video, onExpired, onTime }: Props) {
  const element = useRef<HTMLVideoElement>(null);
  const hls = useRef<Hls | null>(null);
  const [levels, setLevels] = useState<Level[]>([]);
  const [choice, setChoice] = useState(AUTOMATIC);
  const [playing, setPlaying] = useState<Level | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const expired = useRef(onExpired);
  /** Where a renewed link goes on. */
  const position = useRef(0);
  useEffect(() => {
    expired.current = onExpired;
  });

  useEffect(() => {
    const media = element.current;
    if (!media) return;
    const remember = () => {
      position.current = media.currentTime;
    };
    media.addEventListener('timeupdate', remember);
    setFault(null);
    if (!Hls.isSupported()) {
      // Safari on the phone plays HLS by itself.
      media.src = playback.hlsUrl;
      media.currentTime = position.current;
      return () => media.removeEventListener('timeupdate', remember);
    }
    const player = new Hls({
      startPosition: position.current || -1,
      // Most recordings are only looked into: what nobody watches is not fetched.
      maxBufferLength: 20,
      maxMaxBufferLength: 30,
      // Segments of people who talk are small, and the estimate is weighted by how long each took: with
      // the usual half-lives a picture stays coarse for a minute after the network has recovered.
      abrEwmaFastVoD: 2,
      abrEwmaSlowVoD: 4,
    });
    hls.current = player;
    player.on(Hls.Events.MANIFEST_PARSED, (_name, data) => {
      setLevels(data.levels);
      void media.play().catch(() => undefined);
    });
    player.on(Hls.Events.LEVEL_SWITCHED, (_name, data) => setPlaying(player.levels[data.level] ?? null));
    player.on(Hls.Events.ERROR, (_name, data) => {
      if (!data.fatal) return;
      const status = data.response?.code ?? 0;
      if (status === 403 || status === 404 || status === 410) {
        if (Date.now() > Date.parse(playback.expiresAt)) expired.current();
        else setFault('The recording is not there any more.');
      } else if (data.type === Hls.ErrorTypes.NETWORK_ERROR) {
        setFault('The server can’t be reached. Playback goes on when it can.');
        setTimeout(() => player.startLoad(), 2_000);
      } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR) {
        player.recoverMediaError();
      } else {
        setFault('This browser can’t play the recording. Download it instead.');
      }
    });
    player.on(Hls.Events.FRAG_BUFFERED, () => setFault(null));
    player.loadSource(playback.hlsUrl);
    player.attachMedia(media);
    return () => {
      media.removeEventListener('timeupdate', remember);
      hls.current = null;
      player.destroy();
    };
  }, [playback]);

  const choose = (level: number) => {
    setChoice(level);
    // At once, also for what is buffered already: the person waits for the change.
    if (hls.current) hls.current.currentLevel = level;
  };

  return (
    <>
      <video
        ref={element}
        className={styles.video}
        data-video={video}
        controls
        playsInline
        poster={playback.posterUrl ?? undefined}
        aria-label="Recording"
        onTimeUpdate={(event) => onTime?.(event.currentTarget)}
      />
      <div className={styles.tools}>
        {levels.length > 1 && (
          <NativeSelect
            size="xs"
            aria-label="Quality"
            value={choice}
            onChange={(event) => choose(Number(event.currentTarget.value))}
            data={[
              { value: String(AUTOMATIC), label: `Automatic${choice === AUTOMATIC && playing ? ` (${name(playing)})` : ''}` },
              ...levels.map((level, index) => ({ value: String(index), label: name(level) })).reverse(),
            ]}
          />
        )}
        <NativeSelect
          size="xs"
          aria-label="Speed"
          defaultValue="1"
          onChange={(event) => {
            if (element.current) element.current.playbackRate = Number(event.currentTarget.value);
          }}
          data={SPEEDS.map((value) => ({ value, label: `${value} ×` }))}
        />
        <Button
          size="xs"
          variant="default"
          component="a"
          href={playback.downloadUrl}
          download
          leftSection={<IconDownload size={16} aria-hidden="true" />}
        >
          Download
        </Button>
        <span className={styles.hint} role="status">
          {fault ?? 'Agent left, contact right. Each playback is logged.'}
        </span>
      </div>
    </>
  );
}

function name(level: Level): string {
  return level.height > 0 ? `${level.height}p` : 'Sound only';
}
