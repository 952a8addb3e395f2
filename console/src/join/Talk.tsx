import { useHotkeys } from '@mantine/hooks';
import { IconPointFilled } from '@tabler/icons-react';
import { useStream } from '../call/hooks';
import { Controls } from '../calls/Controls';
import { faultWords, othersWords } from '../calls/live-words';
import { Stage } from '../calls/Stage';
import { Since } from '../ui/Time';
import type { OwnCall } from './guest-call';
import styles from './join.module.css';
import type { Ready } from './take-up';

interface Props {
  ready: Ready;
  own: OwnCall;
  speaker: string | null;
  onSpeaker: (deviceId: string) => void;
}

/** The call as a contact sees it: the agent, oneself, and what to press. */
export function Talk({ ready: { live, media }, own, speaker, onSpeaker }: Props) {
  const { call, agent, local } = own;
  const { phase, remote } = own.live;
  const self = useStream(local.video);
  useHotkeys([
    ['m', () => media.setMicrophone(!media.state().microphoneOn)],
    ['v', () => void media.setCamera(!media.state().cameraOn)],
  ]);
  return (
    <main className={styles.call}>
      <h1 className={styles.hidden}>Call with {agent?.name ?? 'us'}</h1>
      <header className={styles.callHead}>
        <span dir="auto">{agent?.name}</span>
        {call?.recordingState === 'RECORDING' && (
          <span className={styles.recording}>
            <IconPointFilled size={16} aria-hidden="true" />
            Recording
          </span>
        )}
        {call?.answeredAt && <Since at={call.answeredAt} />}
      </header>
      <Stage
        remote={remote}
        self={self}
        name={agent?.name ?? ''}
        words={words(phase, agent, call?.media === 'VIDEO')}
        pictureWanted={agent?.videoOn ?? false}
        muted={agent?.muted ?? false}
      />
      {(phase === 'reconnecting' || local.fault) && (
        <p className={styles.band} role="status">
          {local.fault ? faultWords(local.fault) : 'Connection lost. Reconnecting…'}
        </p>
      )}
      <footer className={styles.callFoot}>
        <Controls media={media} onHangUp={() => void live.hangUp()} speaker={speaker} onSpeaker={onSpeaker} large />
      </footer>
    </main>
  );
}

function words(phase: string, agent: OwnCall['agent'], video: boolean): string {
  if (phase === 'joining' || phase === 'connecting') return 'Connecting…';
  if (phase === 'reconnecting') return 'Connection lost. Reconnecting…';
  if (agent?.state === 'RECONNECTING') return 'The other side lost the connection. Please wait.';
  if (agent?.state === 'CONNECTED') return othersWords(agent, video);
  return 'Please wait, we are connecting you.';
}
