import { useEffect, useReducer, useState } from 'react';
import type { Message } from '../chat/chat';
import { useChat } from '../chat/useChat';
import { storedPreferences } from '../call/media';
import { Sound } from '../calls/Video';
import { host } from '../queue/embed';
import { announcement, BEGINNING, next, type Row, type Wait } from '../queue/waiting';
import { MessageRoom } from '../queue/MessageRoom';
import { WaitingRoom } from '../queue/WaitingRoom';
import { rowOf, useOwnCall } from './guest-call';
import styles from './join.module.css';
import { Talk, type TalkProps } from './Talk';
import type { Ready } from './take-up';
import { useVisit } from './visit';

interface Props {
  ready: Ready;
  /** Known before the call's row is: a queue was called. */
  inQueue: boolean;
  /** Known before the call's row is: a message is to be left. */
  message?: boolean | undefined;
  onOver: (reason: string) => void;
  /** Another page of the same guest has the call. */
  onTaken: () => void;
  /** The link of the call that will be made instead. */
  onCallback: (joinUrl: string) => void;
}

interface Told {
  wait: Wait;
  said: string;
}

function tell({ wait, said }: Told, row: Row): Told {
  const after = next(wait, row);
  return { wait: after, said: announcement(wait, after) ?? said };
}

/** The chat comes with the call's row. */
function Conversation(props: Omit<TalkProps, 'chat' | 'isMine'>) {
  const { call } = props.own;
  return call ? <Chatted {...props} callId={call.id} /> : <Talk {...props} chat={null} isMine={() => false} />;
}

function Chatted({ callId, ...props }: Omit<TalkProps, 'chat' | 'isMine'> & { callId: string }) {
  const isMine = (message: Message) => message.from.id === props.ready.live.state().legId;
  const chat = useChat(callId, props.ready.guest.socket, isMine);
  return <Talk {...props} chat={chat} isMine={isMine} />;
}

/** A guest in its call: in line first, where it called a queue, then with the agent. One sound throughout. */
export function GuestCall({ ready, inQueue, message: asked = false, onOver, onTaken, onCallback }: Props) {
  const own = useOwnCall(ready, { onOver, onTaken });
  const [{ wait, said }, follow] = useReducer(tell, { wait: BEGINNING, said: '' });
  const [speaker, setSpeaker] = useState(() => storedPreferences.read('audiooutput'));
  const [silent, setSilent] = useState(false);
  const row = rowOf(own);
  const { version, state, position, estimatedWaitSeconds, agent, message } = row ?? {};
  const closed = row?.queueClosed != null;
  useEffect(() => {
    if (row) follow(row);
    // The row is a new object each time: what counts are its facts.
  }, [version, state, position, estimatedWaitSeconds, agent, message, closed]);

  const leaves = wait.stage === 'message' || (wait.stage === 'asking' && asked);
  const inLine = !leaves && (wait.stage === 'line' || wait.stage === 'offered' || (wait.stage === 'asking' && inQueue));
  useVisit({ state: inLine ? 'waiting' : 'talking', place: wait.place }, wait.queue);
  useEffect(() => host.onMessage(({ cordboard }) => cordboard === 'leave' && void ready.live.hangUp()), [ready]);

  const callBack = (joinUrl: string) => {
    onCallback(joinUrl);
    // This line is hung up; the platform has ended its call already.
    ready.live.end('Called back');
    ready.media.stop();
  };
  const choose = (deviceId: string) => {
    storedPreferences.write('audiooutput', deviceId);
    setSpeaker(deviceId);
  };
  return (
    <>
      {own.live.slots.map(({ number, stream }) => (
        <Sound key={number} stream={stream} sinkId={speaker} silent={silent && inLine} />
      ))}
      <p className={styles.hidden} role="status">
        {said}
      </p>
      {inLine && <WaitingRoom ready={ready} own={own} wait={wait} silent={silent} onSilent={setSilent} onCallback={callBack} />}
      {leaves && <MessageRoom ready={ready} own={own} queue={wait.queue} />}
      {!inLine && !leaves && <Conversation ready={ready} own={own} speaker={speaker} onSpeaker={choose} />}
    </>
  );
}
