import { useEffect, useState } from 'react';

/** Whether pictures of the other side really arrive: its camera may be off, or its packets lost. */
export function useHasPicture(stream: MediaStream | null): boolean {
  const [has, setHas] = useState(false);
  useEffect(() => {
    let track: MediaStreamTrack | null = null;
    const look = () => setHas(track !== null && !track.muted && track.readyState === 'live');
    const take = () => {
      track?.removeEventListener('mute', look);
      track?.removeEventListener('unmute', look);
      track = stream?.getVideoTracks()[0] ?? null;
      track?.addEventListener('mute', look);
      track?.addEventListener('unmute', look);
      look();
    };
    take();
    // Tracks that the machine itself exchanges make no event, so look now and then as well.
    const timer = setInterval(take, 500);
    return () => {
      clearInterval(timer);
      track?.removeEventListener('mute', look);
      track?.removeEventListener('unmute', look);
    };
  }, [stream]);
  return has;
}
