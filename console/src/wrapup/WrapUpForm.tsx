import { Button, Chip, Input, TagsInput, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useClient, useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { readMyself } from '../agents/myself';
import { useWorkspace } from '../app/workspace';
import { otherSide, stateOf } from '../calls/words';
import { graphql } from '../gql';
import type { TaskCreateInput, WrapUpCallFragment, WrapUpQuery } from '../gql/graphql';
import { takeCaret } from '../notes/caret';
import { NoteField, useAutosave } from '../notes/NoteField';
import { Fault } from '../ui/Fault';
import { clock } from '../ui/format';
import { Choices } from './choices';
import { type Draft, tomorrowMorning, wrapUpInput } from './draft';
import { FollowUp, type Written } from './follow-up';
import { Left } from './Left';
import type { OpenWrapUp } from './WrapUpDock';
import styles from './WrapUp.module.css';

graphql(`
  fragment WrapUpCall on Call {
    id
    version
    state
    result
    talkSeconds
    tags
    contact {
      id
      name
    }
    legs {
      id
      role
      name
    }
    queue {
      id
      name
    }
    outcome {
      id
      name
    }
    notes {
      ...NoteFields
    }
  }
`);

const CallWrapUp = graphql(`
  mutation CallWrapUp($input: CallWrapUpInput!) {
    callWrapUp(input: $input) {
      call {
        ...WrapUpCall
      }
      task {
        id
        title
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

const WrapUpExtend = graphql(`
  mutation WrapUpExtend($input: WrapUpExtendInput!) {
    wrapUpExtend(input: $input) {
      call {
        id
        version
      }
      userErrors {
        code
        message
      }
    }
  }
`);

interface Props {
  call: WrapUpCallFragment;
  outcomes: WrapUpQuery['outcomes'];
  wrapUp: OpenWrapUp;
}

/** So long before its time runs out what was typed for the follow-up is sent, and no more can be typed. */
const LAST_MOMENT_MS = 1_500;

export function WrapUpForm({ call, outcomes, wrapUp }: Props) {
  const { user, offers, drafts } = useWorkspace();
  const client = useClient();
  const [, send] = useMutation(CallWrapUp);
  const [, extend] = useMutation(WrapUpExtend);
  const [busy, setBusy] = useState<'done' | 'extend' | null>(null);
  const [closing, setClosing] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [choices] = useState(() => {
    const tell = async (draft: Draft, done: boolean) => {
      payload(await send({ input: wrapUpInput(draft, call.id, done) }), (data) => data.callWrapUp);
    };
    return new Choices(tell, { outcomeId: call.outcome?.id ?? null, tags: call.tags });
  });
  const { draft, trouble } = useSyncExternalStore(choices.onChange, choices.state);
  const [followUp] = useState(() => {
    const make = async (task: TaskCreateInput, key: string) => {
      const input = { callId: call.id, followUp: task, idempotencyKey: key };
      const made = payload(await send({ input }), (data) => data.callWrapUp).task;
      if (made) notifications.show({ message: `Follow-up noted: ${made.title}`, color: 'gray' });
    };
    return new FollowUp(make, drafts.shelf<Written>(`follow-up.${call.id}`), idempotencyKey);
  });
  const written = useSyncExternalStore(followUp.onChange, followUp.state);
  const note = useAutosave({ callId: call.id }, call.notes.find(({ author }) => author.id === user.id) ?? null);
  const lacking = wrapUp.required && draft.outcomeId === null;

  const change = (part: Partial<Draft>) => {
    // Sent already, as it stood.
    if (busy === 'done') return;
    choices.choose(part);
    setFault(null);
  };

  const type = (part: Parameters<FollowUp['type']>[0]) => {
    followUp.type(part);
    setFault(null);
  };

  const done = async () => {
    if (busy !== null) return;
    if (lacking) {
      setFault('Choose an outcome first: this queue asks for one.');
      return;
    }
    setBusy('done');
    try {
      await note.flush();
      await followUp.send();
      await choices.done();
      await readMyself(client);
    } catch (error) {
      setFault(explain(error));
    } finally {
      setBusy(null);
    }
  };

  const more = async () => {
    setBusy('extend');
    try {
      payload(await extend({ input: { callId: call.id } }), (data) => data.wrapUpExtend);
      await readMyself(client);
    } catch (error) {
      setFault(explain(error));
    } finally {
      setBusy(null);
    }
  };

  // A follow-up that was half written when the time runs out is still wanted. It ends nothing: a wrap-up that runs out gives
  // the call its queue's outcome, and only the platform can say that it did.
  useEffect(() => {
    setClosing(false);
    if (!wrapUp.endsAt) return;
    const lastMoment = () => {
      setClosing(true);
      void note.flush();
      void choices.flush();
      followUp.send().catch((error: unknown) => setFault(explain(error)));
    };
    const left = offers.inbox.left(wrapUp.startedAt, wrapUp.endsAt) - LAST_MOMENT_MS;
    const timer = setTimeout(lastMoment, Math.max(0, left));
    return () => clearTimeout(timer);
  }, [choices, followUp, note, offers, wrapUp.startedAt, wrapUp.endsAt]);

  useEffect(() => {
    const wake = () => choices.wake();
    addEventListener('online', wake);
    return () => {
      removeEventListener('online', wake);
      void choices.flush();
    };
  }, [choices]);

  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const field = form.current?.querySelector<HTMLTextAreaElement>('[data-note]');
    const begin = () => {
      if (document.activeElement !== field) form.current?.querySelector<HTMLInputElement>('[role="radiogroup"] input')?.focus();
    };
    if (field) takeCaret(call.id, field, note, begin);
  }, [call.id, note]);

  return (
    <form
      ref={form}
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void done();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void done();
      }}
    >
      <header className={styles.head}>
        <Title order={1}>Wrap-up</Title>
        <Left wrapUp={wrapUp} />
        <span className={styles.about}>
          <bdi>{otherSide(call)}</bdi>
          {call.queue && <bdi>{call.queue.name}</bdi>}
          <span>
            {stateOf(call).words}, {clock(call.talkSeconds)}
          </span>
        </span>
      </header>
      <Fault words={fault ?? (trouble && `What you chose is not saved. ${trouble}`)} />
      <Input.Wrapper label="Outcome" required={wrapUp.required} labelElement="div" id="outcome">
        <Chip.Group value={draft.outcomeId ?? ''} onChange={(outcomeId) => change({ outcomeId })}>
          <div className={styles.outcomes} role="radiogroup" aria-label="Outcome">
            {outcomes.map((outcome) => (
              <Chip key={outcome.id} name="outcome" value={outcome.id} variant="outline">
                {outcome.name}
              </Chip>
            ))}
            {outcomes.length === 0 && <span className={styles.quiet}>No outcomes are set up.</span>}
          </div>
        </Chip.Group>
      </Input.Wrapper>
      <NoteField note={note} label="Note" rows={4} />
      <TagsInput label="Tags" placeholder="Enter after each" value={draft.tags} onChange={(tags) => change({ tags })} />
      <div className={styles.task}>
        <TextInput
          label="Follow-up task"
          placeholder="None"
          dir="auto"
          readOnly={closing}
          value={written.title}
          onChange={(event) => {
            const title = event.currentTarget.value;
            type({ title, ...(written.due === '' && title !== '' ? { due: tomorrowMorning(new Date()) } : {}) });
          }}
        />
        <TextInput
          label="Due"
          type="datetime-local"
          readOnly={closing}
          value={written.due}
          onChange={(event) => type({ due: event.currentTarget.value })}
        />
      </div>
      <div className={styles.foot}>
        {wrapUp.endsAt && !wrapUp.extended && (
          <Button variant="default" onClick={() => void more()} loading={busy === 'extend'}>
            Extend once
          </Button>
        )}
        <Button type="submit" loading={busy === 'done'} title="Ctrl Enter">
          Done
        </Button>
      </div>
    </form>
  );
}
