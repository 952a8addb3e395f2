import { Button, Tooltip } from '@mantine/core';
import { useWorkspace } from '../app/workspace';
import { useLiveCall, useLocalMedia, useStatistics } from '../call/hooks';
import bar from '../calls/CallBar.module.css';
import { DismissFault, Quality, Unfold } from '../calls/CallBar';
import type { DockProps } from '../calls/CallDock';
import { Controls, HangUpButton } from '../calls/Controls';
import { barWords } from '../calls/live-words';
import { Meter } from '../calls/Meter';
import { list } from '../calls/party';
import { Face } from '../ui/Person';
import { Since } from '../ui/Time';
import { useMonitor } from './monitor';
import { MODE_ICONS } from './MonitorButtons';
import styles from './Supervision.module.css';
import { ALL_MODES, type Beside, hearsWords, MODE_WORDS } from './words';

/** The bar of a supervisor beside somebody else's call: who hears one comes before everything else. */
export function SupervisorBar({ current, call, name, mode, open, onOpen, speaker, onSpeaker }: DockProps & { mode: Beside }) {
  const { user } = useWorkspace();
  const { live, media, ticket } = current;
  const state = useLiveCall(live);
  const local = useLocalMedia(media);
  const statistics = useStatistics(state.peer);
  const agents = call?.legs.filter(({ role, state }) => role === 'AGENT' && state !== 'LEFT').map((leg) => leg.name) ?? [];
  const trouble = local.fault || state.phase !== 'connected' ? barWords(state, local.fault, call) : null;
  const Icon = MODE_ICONS[mode];
  return (
    <section className={`${bar.bar} ${styles.bar}`} aria-label="The call you supervise">
      <Face name={name} size={36} />
      <div className={bar.who}>
        <strong dir="auto" title={name}>
          {name}
        </strong>
        <span dir="auto">{agents.length > 0 ? `with ${list(agents)}` : 'Nobody is with them'}</span>
      </div>
      <div className={styles.hears} role="status" data-mode={mode} data-faulty={trouble !== null}>
        <Icon size={18} aria-hidden="true" />
        <span dir="auto">{trouble ?? hearsWords(mode, call?.legs ?? [], user.id)}</span>
      </div>
      <DismissFault media={media} />
      <div className={bar.facts}>
        {call?.answeredAt && (
          <span className={bar.timer}>
            <Since at={call.answeredAt} />
          </span>
        )}
        <span className={bar.meters}>
          {mode !== 'LISTEN' && <Meter level={local.microphoneOn ? (statistics?.localLevel ?? 0) * 3 : 0} label="Your microphone" />}
          <Meter level={(statistics?.remoteLevel ?? 0) * 3} label="The others" />
        </span>
        <Quality statistics={statistics} />
      </div>
      <div className={`${bar.right} ${styles.right}`}>
        <Modes callId={ticket.callId} video={ticket.video} mode={mode} />
        <Controls
          media={media}
          sends={mode !== 'LISTEN'}
          onHangUp={() => void live.hangUp()}
          hangUp={<HangUpButton means="Leave, the call goes on" aria-label="Leave" onClick={() => void live.hangUp()} />}
          speaker={speaker}
          onSpeaker={onSpeaker}
        />
        <Unfold open={open} onOpen={onOpen} />
      </div>
    </section>
  );
}

/** Buttons rather than a slider: an arrow key on the way from one to the next must not be heard. */
function Modes({ callId, video, mode }: { callId: string; video: boolean; mode: Beside }) {
  const { go, busy } = useMonitor();
  return (
    <div className={styles.modes} role="group" aria-label="How you are in this call">
      {ALL_MODES.map((to) => (
        <Tooltip key={to} label={MODE_WORDS[to].meaning}>
          <Button
            size="compact-md"
            variant="default"
            className={styles.mode}
            data-pressed={to === mode}
            aria-pressed={to === 'TAKE_OVER' ? undefined : to === mode}
            loading={busy?.mode === to}
            onClick={() => to !== mode && void go({ id: callId, media: video ? 'VIDEO' : 'AUDIO' }, to)}
          >
            {MODE_WORDS[to].words}
          </Button>
        </Tooltip>
      ))}
    </div>
  );
}
