import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isMuted, LocalMedia } from './media';

const track = () => ({ enabled: true, addEventListener: () => undefined, stop: () => undefined }) as unknown as MediaStreamTrack;
const stream = ({ audio, video }: MediaStreamConstraints) =>
  ({ getAudioTracks: () => (audio ? [track()] : []), getVideoTracks: () => (video ? [track()] : []) }) as unknown as MediaStream;

/** Whether the browser may use the microphone. */
let allowed = false;

beforeEach(() => {
  allowed = false;
  const getUserMedia = (wanted: MediaStreamConstraints) =>
    wanted.audio && !allowed ? Promise.reject(new DOMException('', 'NotAllowedError')) : Promise.resolve(stream(wanted));
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
});
afterEach(() => vi.unstubAllGlobals());

const open = async () => {
  const media = new LocalMedia({ read: () => null, write: () => undefined });
  await media.open(false);
  return media;
};

it('whoever has no microphone is muted, and asks for it again by its button', async () => {
  const media = await open();
  expect(media.state().fault).toEqual({ kind: 'audio', reason: 'denied' });
  expect(isMuted(media.state())).toBe(true);
  allowed = true;
  media.toggleMicrophone();
  await vi.waitFor(() => expect(isMuted(media.state())).toBe(false));
  expect(media.state().fault).toBeNull();
  media.toggleMicrophone();
  expect(isMuted(media.state())).toBe(true);
  expect(media.state().audio?.enabled).toBe(false);
});

it('a camera that comes does not hide that the microphone did not', async () => {
  const media = await open();
  await media.setCamera(true);
  expect(media.state()).toMatchObject({ cameraOn: true, fault: { kind: 'audio' } });
  allowed = true;
  media.toggleMicrophone();
  await vi.waitFor(() => expect(media.state().fault).toBeNull());
});
