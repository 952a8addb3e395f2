import { Button, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { type Duty, dutyOf, whenFree } from '../agents/leaving';
import { useMyself, useStatusSet } from '../agents/myself';
import { endCall } from '../call/graphql-signalling';
import { session, useCurrentCall, useWorkspace } from './workspace';

interface Wish {
  everywhere: boolean;
  /** What stood in the way when it was wished; null once the person chose to go after it. */
  asks: Duty | null;
}

export interface Leaving {
  /** Signs out, or asks first where a call or its wrap-up isn't over. */
  ask(everywhere: boolean): void;
  /** Signs out by itself when the call is over. */
  waits: boolean;
  stay(): void;
  wish: Wish | null;
  later(): Promise<void>;
  now(): Promise<void>;
}

/** Signing out lets a call finish, unless the person ends it. */
export function useLeaving(): Leaving {
  const { client, desk } = useWorkspace();
  const current = useCurrentCall();
  const phase = useSyncExternalStore(current?.live.onChange ?? never, () => current?.live.state().phase ?? 'ended');
  const myself = useMyself();
  const setStatus = useStatusSet();
  const [wish, setWish] = useState<Wish | null>(null);
  const inCall = phase !== 'ended';
  const waits = wish !== null && wish.asks === null;
  const next = waits ? whenFree(inCall, myself) : 'wait';

  useEffect(() => {
    if (next === 'wait') return;
    setWish(null);
    if (next === 'sign-out') void session.signOut(wish?.everywhere);
  }, [next, wish]);

  // Nobody is rung who has left; presence would lapse only some seconds later.
  const leave = async (everywhere: boolean) => {
    await setStatus('OFFLINE');
    await session.signOut(everywhere);
  };
  return {
    wish,
    waits,
    ask(everywhere) {
      const asks = dutyOf(inCall, myself);
      if (asks === null) void leave(everywhere);
      else setWish({ everywhere, asks });
    },
    stay() {
      setWish(null);
      if (waits) notifications.show({ message: 'You stay signed in. Your status after the call is still Offline.' });
    },
    async later() {
      if (wish === null) return;
      if (await setStatus('OFFLINE')) setWish({ ...wish, asks: null });
    },
    async now() {
      if (wish === null) return;
      const callId = myself?.currentCall?.id;
      setWish(null);
      if (inCall) await desk.current()?.live.hangUp();
      // It may be led in another tab.
      else if (wish.asks === 'call' && callId) await endCall(client, callId);
      await leave(wish.everywhere);
    },
  };
}

const never = () => () => undefined;

const WORDS = {
  call: {
    title: 'You are in a call',
    text: 'The call can go on: nobody else reaches you meanwhile, and you are signed out when it and its wrap-up are over.',
    later: 'Sign out when it ends',
    now: 'Hang up and sign out',
  },
  'wrap-up': {
    title: 'Your wrap-up is not done',
    text: 'Nobody reaches you meanwhile, and you are signed out when it is done.',
    later: 'Sign out when it is done',
    now: 'Sign out now',
  },
} as const satisfies Record<Duty, object>;

export function SignOutQuestion({ leaving }: { leaving: Leaving }) {
  const asks = leaving.wish?.asks ?? null;
  // While it closes it says what it said.
  const [shown, setShown] = useState<Duty>('call');
  if (asks !== null && asks !== shown) setShown(asks);
  const words = WORDS[shown];
  return (
    <Modal opened={asks !== null} onClose={leaving.stay} title={words.title} centered>
      <Stack gap={16}>
        <Text size="sm">{words.text}</Text>
        <Stack gap={8}>
          <Button data-autofocus onClick={() => void leaving.later()}>
            {words.later}
          </Button>
          <Button variant="default" c="var(--mantine-color-error)" onClick={() => void leaving.now()}>
            {words.now}
          </Button>
          <Button variant="subtle" onClick={leaving.stay}>
            Stay
          </Button>
        </Stack>
      </Stack>
    </Modal>
  );
}
