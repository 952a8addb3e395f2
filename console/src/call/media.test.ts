import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isMuted, LocalMedia } from './media';

const track = () => ({ enabled: true, addEventListener: () => undefined, stop: () => undefined }) as unknown as MediaStreamTrack;
const stream = ({ audio, video }: MediaStreamConstraints) =>
  ({ getAudioTracks: () => (audio ? [track()] : []), getVideoTracks: () => (video ? [track()] : []) }) as unknown as MediaStream;

/** Whether the browser may use the microphone. */
let allowed = false;
let camera = true;

beforeEach(() => {
  allowed = false;
  camera = true;
  const getUserMedia = async (wanted: MediaStreamConstraints) => {
    if (wanted.audio && !allowed) throw new DOMException('', 'NotAllowedError');
    if (wanted.video && !camera) throw new DOMException('', 'NotReadableError');
    return stream(wanted);
  };
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

it('what is wrong with a camera can be laid aside, what is wrong with a microphone can not', async () => {
  allowed = true;
  camera = false;
  const media = await open();
  await media.setCamera(true);
  expect(media.state().fault).toEqual({ kind: 'video', reason: 'busy' });
  media.dismissFault();
  expect(media.state().fault).toBeNull();
  await media.setCamera(true);
  expect(media.state().fault?.kind).toBe('video');
  allowed = false;
  const mute = await open();
  mute.dismissFault();
  expect(mute.state().fault?.kind).toBe('audio');
});

it('a camera that comes at the second try is no longer said to fail', async () => {
  const media = await open();
  camera = false;
  await media.setCamera(true);
  expect(media.state()).toMatchObject({ cameraOn: false, fault: { kind: 'video' } });
  camera = true;
  await media.setCamera(true);
  expect(media.state()).toMatchObject({ cameraOn: true, fault: null });
  expect(isMuted(media.state())).toBe(true);
});
