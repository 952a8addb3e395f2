import { useEffect, useRef, useState } from 'react';
import styles from './Video.module.css';

interface Props {
  stream: MediaStream | null;
  /** One's own picture is shown as in a mirror, as people know themselves. */
  mirrored?: boolean;
  label: string;
  className?: string | undefined;
}

/** A silent picture; sound has an element of its own that never leaves the page. */
export function Video({ stream, mirrored = false, label, className }: Props) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (element.current) element.current.srcObject = stream;
  }, [stream]);
  return (
    <video
      ref={element}
      className={className}
      autoPlay
      playsInline
      muted
      aria-label={label}
      style={mirrored ? { transform: 'scaleX(-1)' } : undefined}
    />
  );
}

/**
 * The other side's voice. A browser may refuse to play before the person touches the page or opens
 * the microphone, so it is tried again until it speaks.
 */
export function Sound({ stream, sinkId, silent = false }: { stream: MediaStream; sinkId: string | null; silent?: boolean }) {
  const element = useRef<HTMLAudioElement>(null);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    audio.srcObject = stream;
    const play = () => {
      if (!audio.paused) return;
      audio.play().then(
        () => setHeld(false),
        (error: Error) => setHeld(error.name === 'NotAllowedError' && stream.getAudioTracks().length > 0),
      );
    };
    play();
    const timer = setInterval(play, 1_000);
    addEventListener('pointerdown', play);
    addEventListener('keydown', play);
    return () => {
      clearInterval(timer);
      removeEventListener('pointerdown', play);
      removeEventListener('keydown', play);
    };
  }, [stream]);
  useEffect(() => {
    const audio = element.current;
    if (audio && sinkId !== null && 'setSinkId' in audio) void audio.setSinkId(sinkId).catch(() => undefined);
  }, [sinkId]);
  return (
    <>
      <audio ref={element} autoPlay muted={silent} />
      {held && (
        <span className={styles.held} role="status">
          Press anywhere to hear the other side
        </span>
      )}
    </>
  );
}
