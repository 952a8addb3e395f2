import { ActionIcon, CloseButton, Tooltip } from '@mantine/core';
import {
  IconAntennaBars2,
  IconAntennaBars4,
  IconAntennaBars5,
  IconAntennaBarsOff,
  IconChevronDown,
  IconChevronUp,
  IconPlayerPauseFilled,
  IconPointFilled,
} from '@tabler/icons-react';
import { useLiveCall, useLocalMedia, useStatistics } from '../call/hooks';
import type { LocalMedia } from '../call/media';
import type { Statistics } from '../call/statistics';
import { Company } from '../supervision/Company';
import { clock } from '../ui/format';
import { LinkButton } from '../ui/LinkButton';
import { Face } from '../ui/Person';
import { Since } from '../ui/Time';
import styles from './CallBar.module.css';
import type { DockProps } from './CallDock';
import { Controls } from './Controls';
import { barWords } from './live-words';
import { Meter } from './Meter';
import { BarActions } from './BarActions';
import { CallBand } from './CallBand';
import { HangUp } from './HangUp';
import { RecordButton } from './RecordButton';
import { useRecorder } from './recorder';
import { TakeUp } from './TakeUp';
import { endOf } from './words';

interface Props extends DockProps {
  onDialog: (dialog: 'transfer' | 'invite') => void;
  onDismiss: () => void;
}

export function CallBar({ onDialog, onDismiss, ...dock }: Props) {
  const { current, call, name, open, onOpen, speaker, onSpeaker } = dock;
  const { live, media, ticket } = current;
  const state = useLiveCall(live);
  const local = useLocalMedia(media);
  const statistics = useStatistics(state.peer);
  const recorder = useRecorder(call);

  if (state.phase === 'ended') {
    return (
      <section className={styles.bar} aria-label="Your last call">
        <Face name={name} size={36} />
        <div className={styles.who}>
          <strong dir="auto">{name}</strong>
          <span role="status">
            {call?.state === 'ENDED' ? endOf(call) : (state.endReason ?? 'Call ended')}
            {call?.talkSeconds ? ` · ${clock(call.talkSeconds)}` : ''}
          </span>
        </div>
        <div className={styles.right}>
          {state.taken && <TakeUp ticket={ticket} />}
          <LinkButton
            variant="default"
            to="/calls/$callId"
            params={{ callId: ticket.callId }}
            onClick={onDismiss}
          >
            Open the call
          </LinkButton>
          <CloseButton aria-label="Dismiss" onClick={onDismiss} />
        </div>
      </section>
    );
  }

  const talking = call?.state === 'IN_PROGRESS' && state.phase === 'connected';
  return (
    <section className={styles.dock} aria-label="Your call">
      {!open && <CallBand {...dock} />}
      <div className={styles.bar} data-live={talking} data-held={dock.hold.on}>
        <Face name={name} size={36} />
        <div className={styles.who}>
          <strong dir="auto" title={name}>
            {name}
          </strong>
          <span role="status" className={styles.progress}>
            {barWords(state, local.fault, call)}
          </span>
        </div>
        <DismissFault media={media} />
        <div className={styles.facts}>
          {call?.answeredAt ? (
            <span className={styles.timer} data-live={talking}>
              <Since at={call.answeredAt} />
            </span>
          ) : (
            call && <Since at={call.createdAt} />
          )}
          <Company legs={call?.legs ?? []} />
          <RecordingSign state={recorder.current?.state ?? null} />
          <span className={styles.meters}>
            <Meter level={local.microphoneOn ? (statistics?.localLevel ?? 0) * 3 : 0} label="Your microphone" />
            <Meter level={(statistics?.remoteLevel ?? 0) * 3} label="The other side" />
          </span>
          <Quality statistics={statistics} />
        </div>
        <div className={styles.right}>
          <RecordButton recorder={recorder} />
          <Controls media={media} onHangUp={() => void live.hangUp()} hangUp={<HangUp {...dock} />} speaker={speaker} onSpeaker={onSpeaker}>
            <BarActions {...dock} phase={state.phase} onDialog={onDialog} />
          </Controls>
          <Unfold open={open} onOpen={onOpen} />
        </div>
      </div>
    </section>
  );
}

/** What is wrong with the camera stands where the call's state does, which is wanted again once that was read. */
export function DismissFault({ media }: { media: LocalMedia }) {
  const { fault } = useLocalMedia(media);
  if (fault?.kind !== 'video') return null;
  return <CloseButton size="sm" aria-label="Go on without the camera" onClick={() => media.dismissFault()} />;
}

/** From the bar to the full call, and back. */
export function Unfold({ open, onOpen }: Pick<DockProps, 'open' | 'onOpen'>) {
  return (
    <Tooltip label={open ? 'To the bar (f)' : 'Full call (f)'}>
      <ActionIcon size={36} aria-label={open ? 'Close the full call' : 'Open the full call'} onClick={() => onOpen(!open)}>
        {open ? <IconChevronDown size={20} /> : <IconChevronUp size={20} />}
      </ActionIcon>
    </Tooltip>
  );
}

/** Said aloud when it changes: an agent who reads out a card number must know. */
function RecordingSign({ state }: { state: 'RECORDING' | 'PAUSED' | null }) {
  return (
    <span role="status" className={styles.recording} data-state={state}>
      {state === 'RECORDING' && (
        <>
          <IconPointFilled size={16} aria-hidden="true" />
          Recording
        </>
      )}
      {state === 'PAUSED' && (
        <>
          <IconPlayerPauseFilled size={16} aria-hidden="true" />
          Paused
        </>
      )}
    </span>
  );
}

const QUALITY = {
  EXCELLENT: { words: 'Excellent', Icon: IconAntennaBars5 },
  GOOD: { words: 'Good', Icon: IconAntennaBars4 },
  POOR: { words: 'Poor', Icon: IconAntennaBars2 },
  LOST: { words: 'No connection', Icon: IconAntennaBarsOff },
} as const;

export function Quality({ statistics }: { statistics: Statistics | null }) {
  if (!statistics) return null;
  const { words, Icon } = QUALITY[statistics.label];
  const details = [
    statistics.rttMs !== null && `${Math.round(statistics.rttMs)} ms there and back`,
    statistics.lossPercent !== null && `${statistics.lossPercent.toFixed(1)} % lost`,
  ].filter(Boolean);
  return (
    <Tooltip label={[`Connection: ${words}`, ...details].join(' · ')}>
      <span className={styles.quality} data-label={statistics.label} role="img" aria-label={`Connection: ${words}`}>
        <Icon size={20} aria-hidden="true" />
      </span>
    </Tooltip>
  );
}
