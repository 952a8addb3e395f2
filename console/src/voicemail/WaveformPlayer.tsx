import { ActionIcon, NativeSelect } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { clock, spell } from '../ui/format';
import styles from './Voicemail.module.css';
import { bars, isWaveform } from './waveform';

const BARS = 96;
const SPEEDS = ['1', '1.25', '1.5', '2'];
const STEP_SECONDS = 5;

interface Props {
  url: string;
  waveformUrl: string | null;
  seconds: number;
  label: string;
  /** Where it stands, again and again. */
  onTime: (media: HTMLMediaElement) => void;
}

/** A message as one listens to it: where somebody speaks can be seen, and pressed. */
export function WaveformPlayer({ url, waveformUrl, seconds, label, onTime }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const heights = useBars(waveformUrl);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(seconds);
  const [broken, setBroken] = useState(false);

  const toggle = () => {
    const element = audio.current;
    if (!element) return;
    if (element.paused) element.play().catch(() => undefined);
    else element.pause();
  };
  const seek = (to: number) => {
    const element = audio.current;
    if (!element) return;
    element.currentTime = Math.min(length, Math.max(0, to));
    setAt(element.currentTime);
  };
  return (
    <div className={styles.player}>
      <audio
        ref={audio}
        src={url}
        autoPlay
        aria-label={label}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => {
          setAt(event.currentTarget.currentTime);
          onTime(event.currentTarget);
        }}
        onDurationChange={(event) => Number.isFinite(event.currentTarget.duration) && setLength(event.currentTarget.duration)}
        onError={() => setBroken(true)}
      />
      <ActionIcon size={40} radius="50%" variant="filled" color="var(--mantine-primary-color-filled)" aria-label={playing ? 'Pause' : 'Play'} onClick={toggle} disabled={broken}>
        {playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
      </ActionIcon>
      <div
        className={styles.wave}
        role="slider"
        tabIndex={0}
        aria-label="Position in the message"
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={`${spell(at)} of ${spell(length)}`}
        onPointerDown={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          seek(((event.clientX - left) / width) * length);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight' || event.key === 'ArrowUp') seek(at + STEP_SECONDS);
          else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') seek(at - STEP_SECONDS);
          else if (event.key === 'Home') seek(0);
          else if (event.key === ' ') toggle();
          else return;
          event.preventDefault();
        }}
      >
        {heights.map((height, bar) => (
          <span key={bar} data-played={length > 0 && (bar + 0.5) / BARS <= at / length} style={{ height: `${Math.max(6, height * 100)}%` }} />
        ))}
      </div>
      <span className={styles.clock}>
        <time>{clock(at)}</time> / <time>{clock(length)}</time>
      </span>
      <NativeSelect
        size="xs"
        aria-label="Speed"
        defaultValue="1"
        data={SPEEDS.map((value) => ({ value, label: `${value} ×` }))}
        onChange={(event) => {
          if (audio.current) audio.current.playbackRate = Number(event.currentTarget.value);
        }}
      />
      {broken && (
        <p role="alert" className={styles.fault}>
          The message can’t be played. Close it and try again.
        </p>
      )}
    </div>
  );
}

/** Flat until it is known, and where there is none. */
function useBars(url: string | null): number[] {
  const [heights, setHeights] = useState(() => Array.from({ length: BARS }, () => 0));
  useEffect(() => {
    if (url === null) return;
    const gone = new AbortController();
    fetch(url, { signal: gone.signal })
      .then((response) => (response.ok ? response.json() : null))
      .then((json: unknown) => {
        if (isWaveform(json)) setHeights(bars(json, BARS));
      })
      // A message without its picture can still be heard.
      .catch(() => undefined);
    return () => gone.abort();
  }, [url]);
  return heights;
}
