import { useHotkeys } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { useMyself } from '../agents/myself';
import { useCurrentCall, useWorkspace } from '../app/workspace';
import { storedPreferences } from '../call/media';
import type { CurrentCall } from '../call/desk';
import { useLiveCall } from '../call/hooks';
import { graphql } from '../gql';
import type { CallNewsFragment } from '../gql/graphql';
import type { Chat, Message } from '../chat/chat';
import { useChat } from '../chat/useChat';
import { useBeside } from '../supervision/beside';
import { SupervisorBar } from '../supervision/SupervisorBar';
import { CallBar } from './CallBar';
import { toggleScreen } from './Controls';
import { FullCall } from './FullCall';
import { type Hold, useHold } from './hold';
import { InviteDialog } from '../parties/InviteDialog';
import { TransferDialog } from '../transfers/TransferDialog';
import { type Transferring, useTransferring } from '../transfers/transfer';
import { useTransferNews } from '../transfers/useTransferNews';
import { otherSide } from './words';
import { useCallNews } from './news';
import { Sound } from './Video';

const DockedCall = graphql(`
  query DockedCall($id: ID!) {
    call(id: $id) {
      ...CallNews
      events(first: 1) {
        nodes {
          cursor
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

/** The call of this tab, wherever one goes in the console. */
export function CallDock() {
  const current = useCurrentCall();
  return current ? <Docked key={current.ticket.callId} current={current} /> : null;
}

function Docked({ current }: { current: CurrentCall }) {
  const { desk, socket, user } = useWorkspace();
  const { ticket, live, media } = current;
  const state = useLiveCall(live);
  const ended = state.phase === 'ended';
  const wrapsUp = useMyself()?.wrapUp?.call.id === ticket.callId;
  // Whoever watches the board goes on seeing it.
  const [open, setOpen] = useState(!ticket.monitor);
  const [tab, setTab] = useState('contact');
  const [dialog, setDialog] = useState<'transfer' | 'invite' | null>(null);
  const [speaker, setSpeaker] = useState(() => storedPreferences.read('audiooutput'));
  const [{ data }] = useQuery({
    query: DockedCall,
    variables: { id: ticket.callId },
    requestPolicy: 'cache-and-network',
  });
  const call = data?.call ?? null;
  const beside = useBeside(current, call?.legs ?? null);
  const sends = !ended && beside !== 'LISTEN';
  // From the first event on: whatever happens between reading the row and listening still comes.
  const after = call?.events.nodes[0]?.cursor ?? null;
  // One's own part is over before the news say how the call ended.
  useCallNews({ callId: ticket.callId, after }, undefined, call === null || (ended && call.state === 'ENDED'));

  useHotkeys([
    ['m', () => sends && media.toggleMicrophone()],
    ['v', () => sends && void media.setCamera(!media.state().cameraOn)],
    ['s', () => sends && toggleScreen(media)],
    ['f', () => setOpen((was) => !was)],
    // What stands above the call is what it closes first; by now that may be closed already.
    ['Escape', ({ target }) => !(target instanceof Element && target.closest('[role="dialog"], [role="menu"]')) && setOpen(false)],
  ]);

  const elsewhere = state.taken && !call?.legs.some((leg) => leg.id === state.legId && leg.state === 'LEFT');
  useEffect(() => {
    if (!ended) return;
    setOpen(false);
    // For as long as the call goes on in another window, this one offers to continue here.
    if (elsewhere) return;
    // Of a call that ended there, it is said there.
    if (wrapsUp || state.taken) {
      desk.dismiss();
      return;
    }
    // The bar says how it ended, long enough to be read.
    const timer = setTimeout(() => desk.dismiss(), 12_000);
    return () => clearTimeout(timer);
  }, [ended, elsewhere, wrapsUp, state.taken, desk]);

  useEffect(() => {
    // Leaving the page by a slip would interrupt a conversation.
    if (ended) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [ended]);

  const choose = (deviceId: string) => {
    storedPreferences.write('audiooutput', deviceId);
    setSpeaker(deviceId);
  };
  const hold = useHold(call, state.legId);
  const transferring = useTransferring(call);
  const name = call ? otherSide(call, user.id, ticket.name) : (ticket.name ?? 'Call');
  useTransferNews(call, user.id, name);
  const isMine = (message: Message) => message.from.id === live.state().legId;
  const chat = useChat(ticket.callId, socket, isMine);
  const shared = { current, call, name, hold, transferring, chat, isMine, tab, onTab: setTab, open: open && !ended, onOpen: setOpen, speaker, onSpeaker: choose };
  return (
    <>
      {!ended && state.slots.map(({ number, stream }) => <Sound key={number} stream={stream} sinkId={speaker} />)}
      {open && !ended && <FullCall {...shared} />}
      {beside !== null && !ended ? (
        <SupervisorBar {...shared} mode={beside} />
      ) : (
        <CallBar {...shared} onDialog={setDialog} onDismiss={() => desk.dismiss()} />
      )}
      {call && !ended && (
        <>
          <TransferDialog
            opened={dialog === 'transfer'}
            onClose={() => setDialog(null)}
            transferring={transferring}
            name={name}
            present={present(call)}
          />
          <InviteDialog opened={dialog === 'invite'} onClose={() => setDialog(null)} callId={call.id} present={present(call)} />
        </>
      )}
    </>
  );
}

/** Users and contacts who are in the call or awaited there. */
function present({ legs }: CallNewsFragment): string[] {
  return legs.flatMap(({ state, user, contact }) => (state === 'LEFT' ? [] : [user?.id, contact?.id].filter((id) => id !== undefined)));
}

export interface DockProps {
  current: CurrentCall;
  call: CallNewsFragment | null;
  /** The other side's. */
  name: string;
  hold: Hold;
  transferring: Transferring;
  chat: Chat;
  isMine: (message: Message) => boolean;
  /** What is open beside the stage. */
  tab: string;
  onTab: (tab: string) => void;
  open: boolean;
  onOpen: (open: boolean) => void;
  speaker: string | null;
  onSpeaker: (deviceId: string) => void;
}
