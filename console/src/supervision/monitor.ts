import { useState, useSyncExternalStore } from 'react';
import { payload } from '../api/errors';
import { showFault } from '../api/show-fault';
import { useCurrentCall, useWorkspace } from '../app/workspace';
import { joinedOf } from '../call/graphql-signalling';
import { LocalMedia } from '../call/media';
import { faultWords } from '../calls/live-words';
import { graphql } from '../gql';
import type { MediaKind, MonitorMode } from '../gql/graphql';
import { MODE_WORDS } from './words';

graphql(`
  fragment SupervisionLeg on Leg {
    id
    role
    state
    name
    audience
    parked
    user {
      id
    }
  }
`);

const CallMonitor = graphql(`
  mutation CallMonitor($input: CallMonitorInput!) {
    callMonitor(input: $input) {
      leg {
        ...SupervisionLeg
      }
      join {
        ...JoinFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

interface Monitored {
  id: string;
  media: MediaKind;
}

export interface Monitor {
  /** Goes into a call, or changes over in the one that one is in already. Tells whether it was done. */
  go(call: Monitored, mode: MonitorMode): Promise<boolean>;
  /** What is being done now, so that its button says so. */
  busy: { callId: string; mode: MonitorMode } | null;
  /** The call that this tab carries: one that another tab is in can be come into here too. */
  here: string | null;
  /** Why one can't look into calls now: a call of one's own. */
  blocked: string | null;
}

/** A supervisor's way into calls. The microphone opens before anybody is to hear it, and not at all to listen. */
export function useMonitor(): Monitor {
  const { desk, client } = useWorkspace();
  const current = useCurrentCall();
  const phase = useSyncExternalStore(current?.live.onChange ?? never, () => current?.live.state().phase ?? 'ended');
  const [busy, setBusy] = useState<Monitor['busy']>(null);

  const go = async (call: Monitored, mode: MonitorMode) => {
    const here = phase !== 'ended' && current?.ticket.callId === call.id ? current : null;
    const media = here?.media ?? new LocalMedia();
    setBusy({ callId: call.id, mode });
    try {
      if (mode === 'LISTEN' && !here) media.listen();
      if (mode !== 'LISTEN') await speak(media, mode === 'TAKE_OVER' && call.media === 'VIDEO');
      const answer = await client.mutation(CallMonitor, { input: { callId: call.id, mode } }).toPromise();
      const { join } = payload(answer, (data) => data.callMonitor);
      if (here) {
        media.setMicrophone(mode !== 'LISTEN');
        if (mode !== 'TAKE_OVER') await media.setCamera(false);
        desk.monitor(mode);
      } else {
        const ticket = { callId: call.id, video: call.media === 'VIDEO', joinUrl: null, monitor: mode };
        desk.begin(ticket, { media, joined: join ? joinedOf(join) : null });
      }
      return true;
    } catch (error) {
      if (!here) media.stop();
      showFault(error, MODE_WORDS[mode].refused);
      return false;
    } finally {
      setBusy(null);
    }
  };
  const own = phase !== 'ended' && !current?.ticket.monitor;
  const here = phase === 'ended' ? null : (current?.ticket.callId ?? null);
  return { go, busy, here, blocked: own ? 'You are in a call' : null };
}

async function speak(media: LocalMedia, video: boolean): Promise<void> {
  if (media.state().audio === null) await media.open(video);
  const { audio, fault } = media.state();
  if (audio === null) throw new Error(fault ? faultWords(fault) : 'Your microphone did not open. Try again.');
}

const never = () => () => undefined;
