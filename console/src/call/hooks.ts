import { useEffect, useState, useSyncExternalStore } from 'react';
import type { LiveCall, LiveCallState } from './live-call';
import type { LocalMedia, LocalMediaState } from './media';
import { type Slot, sourceOf } from './slots';
import { type Statistics, StatisticsReader } from './statistics';

/** The only bridge between the call machine and React. */
export function useLiveCall(live: LiveCall): LiveCallState {
  return useSyncExternalStore(live.onChange, live.state);
}

export function useLocalMedia(media: LocalMedia): LocalMediaState {
  return useSyncExternalStore(media.onChange, media.state);
}

export function useStatistics(peer: RTCPeerConnection | null, every = 500): Statistics | null {
  const [statistics, setStatistics] = useState<Statistics | null>(null);
  useEffect(() => {
    setStatistics(null);
    if (!peer) return;
    const reader = new StatisticsReader();
    const timer = setInterval(() => {
      void peer.getStats().then((report) => {
        if (peer.connectionState !== 'closed') setStatistics(reader.read(report.values()));
      });
    }, every);
    return () => clearInterval(timer);
  }, [peer, every]);
  return statistics;
}

/** How soon a picture is under the right name after its slot changed hands. */
const LOOK_MS = 150;

/** Whose media each slot carries, read from the packets themselves. */
export function useSources(slots: readonly Slot[]): ReadonlyMap<number, number | null> {
  const [sources, setSources] = useState<ReadonlyMap<number, number | null>>(new Map());
  useEffect(() => {
    const look = () =>
      setSources((before) => {
        const now = new Map(slots.map(({ number, receivers }) => [number, sourceOf(receivers)]));
        const same = now.size === before.size && [...now].every(([number, source]) => before.get(number) === source);
        return same ? before : now;
      });
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [slots]);
  return sources;
}

export interface Devices {
  audioinput: MediaDeviceInfo[];
  videoinput: MediaDeviceInfo[];
  audiooutput: MediaDeviceInfo[];
}

const NONE: Devices = { audioinput: [], videoinput: [], audiooutput: [] };

/** Names appear only after the person allowed access: `ready` asks again then. */
export function useDevices(ready: unknown): Devices {
  const [devices, setDevices] = useState(NONE);
  useEffect(() => {
    const source = 'mediaDevices' in navigator ? navigator.mediaDevices : null;
    if (!source) return;
    const read = () => {
      void source.enumerateDevices().then((all) => {
        const found: Devices = { audioinput: [], videoinput: [], audiooutput: [] };
        for (const device of all) if (device.deviceId !== '') found[device.kind].push(device);
        setDevices(found);
      });
    };
    read();
    source.addEventListener('devicechange', read);
    return () => source.removeEventListener('devicechange', read);
  }, [ready]);
  return devices;
}

/** A stream with the given track, the same object as long as the track is the same. */
export function useStream(track: MediaStreamTrack | null): MediaStream | null {
  const [stream, setStream] = useState<MediaStream | null>(null);
  useEffect(() => setStream(track ? new MediaStream([track]) : null), [track]);
  return stream;
}
