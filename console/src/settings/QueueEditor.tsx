import { Button, Title } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconExternalLink } from '@tabler/icons-react';
import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload, Refused } from '../api/errors';
import { graphql } from '../gql';
import type { QueueFieldsFragment } from '../gql/graphql';
import { Fault } from '../ui/Fault';
import { LinkButton } from '../ui/LinkButton';
import page from '../ui/page.module.css';
import { HoursField } from './HoursField';
import type { Named } from './options';
import { FIELDS, isSame, type QueueForm, toForm, toInput, validate } from './queue-form';
import { AfterFields, GeneralFields, RoutingFields, TargetFields, WaitingFields } from './QueueFields';
import styles from './Settings.module.css';

export const QueueUpdate = graphql(`
  mutation QueueUpdate($input: QueueUpdateInput!) {
    queueUpdate(input: $input) {
      queue {
        ...QueueFields
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

const OVERTAKEN =
  'Someone else saved this queue while you were editing. Your changes are still here, not saved. Save anyway overwrites theirs in what you changed; opening hours and holidays count as one.';

export interface EditorProps {
  queue: QueueFieldsFragment;
  disabled: boolean;
  outcomes: readonly Named[];
  others: readonly Named[];
}

export interface FieldsProps extends EditorProps {
  form: UseFormReturnType<QueueForm>;
}

/** Everything about a queue in one form; a change is in force for the next decision, also for calls that wait. */
export function QueueEditor({ queue, ...rest }: EditorProps) {
  const [{ fetching }, update] = useMutation(QueueUpdate);
  const [fault, setFault] = useState<string | null>(null);
  const [version, setVersion] = useState(queue.version);
  // Somebody else has saved since the form began.
  const [overtaken, setOvertaken] = useState(false);
  const form = useForm<QueueForm>({ initialValues: toForm(queue), validate });
  const dirty = form.isDirty();

  const begin = (from: QueueFieldsFragment) => {
    const values = toForm(from);
    form.setInitialValues(values);
    form.setValues(values);
    form.resetDirty(values);
    setVersion(from.version);
    setOvertaken(false);
  };

  // What somebody else saved meanwhile is shown, unless it would take away what is being typed; once that is taken back, too.
  useEffect(() => {
    if (!form.isDirty()) begin(queue);
    else if (isSame(form.getInitialValues(), toForm(queue))) setVersion(queue.version);
  }, [queue, overtaken && !dirty]);

  useBlocker({
    shouldBlockFn: () => dirty && !confirm('What you changed is not saved. Leave it?'),
    enableBeforeUnload: () => dirty,
  });

  const save = form.onSubmit(
    async (values) => {
      setFault(null);
      const begun = { queueId: queue.id, version };
      const answer = await update({ input: toInput(begun, form.getInitialValues(), values) });
      try {
        const saved = payload(answer, (data) => data.queueUpdate).queue;
        if (saved) begin(saved);
        notifications.show({ id: `saved-${queue.id}`, message: 'Saved. It is in force now.', color: 'gray' });
      } catch (error) {
        if (error instanceof Refused && error.code === 'STALE') {
          // Whoever saves now knows of it.
          setVersion(answer.data?.queueUpdate.queue?.version ?? version);
          setOvertaken(true);
          return;
        }
        const field = error instanceof Refused && error.field !== null ? (FIELDS[error.field] ?? error.field) : null;
        if (field !== null && field in values) form.setFieldError(field, explain(error));
        setFault(explain(error));
      }
    },
    () => setFault('Something is missing or can’t be: it is marked above.'),
  );

  const notice = fault ?? (overtaken ? OVERTAKEN : null);
  const fields = { form, queue, ...rest };
  return (
    <form onSubmit={save} noValidate className={styles.content}>
      <Section title="General">
        <GeneralFields {...fields} />
      </Section>
      <Section title="Who is rung">
        <RoutingFields {...fields} />
      </Section>
      <Section title="While waiting">
        <WaitingFields {...fields} />
      </Section>
      <Section title="Business hours">
        <HoursField form={form} disabled={rest.disabled} />
      </Section>
      <Section title="Service level">
        <TargetFields {...fields} />
      </Section>
      <Section title="Script and wrap-up">
        <AfterFields {...fields} />
      </Section>
      {(dirty || fault !== null) && !rest.disabled && (
        <div className={styles.save}>
          {notice === null ? <span>Not saved yet</span> : <Fault words={notice} />}
          {overtaken && (
            <LinkButton
              variant="default"
              to="/settings/queues/$queueId"
              params={{ queueId: queue.id }}
              target="_blank"
              leftSection={<IconExternalLink size={16} aria-hidden="true" />}
            >
              Look at theirs
            </LinkButton>
          )}
          <Button
            variant="default"
            onClick={() => {
              begin(queue);
              setFault(null);
            }}
          >
            Discard
          </Button>
          <Button type="submit" loading={fetching}>
            {overtaken ? 'Save anyway' : 'Save'}
          </Button>
        </div>
      )}
    </form>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={page.card} aria-labelledby={id}>
      <div className={page.cardHead}>
        <Title order={3} id={id}>
          {title}
        </Title>
      </div>
      <div className={styles.section}>{children}</div>
    </section>
  );
}
