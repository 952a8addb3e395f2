import { Button, Title } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload, Refused } from '../api/errors';
import { graphql } from '../gql';
import type { AudioFileFieldsFragment, QueueFieldsFragment } from '../gql/graphql';
import { Fault } from '../ui/Fault';
import page from '../ui/page.module.css';
import { HoursField } from './HoursField';
import { FIELDS, type QueueForm, toForm, toInput, validate } from './queue-form';
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

interface Named {
  id: string;
  name: string;
}

export interface EditorProps {
  queue: QueueFieldsFragment;
  disabled: boolean;
  outcomes: readonly Named[];
  others: readonly Named[];
  audio: readonly AudioFileFieldsFragment[];
}

export interface FieldsProps extends Omit<EditorProps, 'queue'> {
  form: UseFormReturnType<QueueForm>;
}

/** Everything about a queue in one form; a change is in force for the next decision, also for calls that wait. */
export function QueueEditor({ queue, ...rest }: EditorProps) {
  const [{ fetching }, update] = useMutation(QueueUpdate);
  const [fault, setFault] = useState<string | null>(null);
  const form = useForm<QueueForm>({ initialValues: toForm(queue), validate });
  const dirty = form.isDirty();

  // What somebody else saved meanwhile is shown, unless it would take away what is being typed.
  useEffect(() => {
    if (form.isDirty()) return;
    form.setInitialValues(toForm(queue));
    form.setValues(toForm(queue));
  }, [queue]);

  useBlocker({
    shouldBlockFn: () => dirty && !confirm('What you changed is not saved. Leave it?'),
    enableBeforeUnload: () => dirty,
  });

  const save = form.onSubmit(
    async (values) => {
      setFault(null);
      try {
        const saved = payload(await update({ input: toInput(queue.id, form.getInitialValues(), values) }), (data) => data.queueUpdate).queue;
        const next = saved ? toForm(saved) : values;
        form.setInitialValues(next);
        form.setValues(next);
        form.resetDirty(next);
        notifications.show({ id: `saved-${queue.id}`, message: 'Saved. It is in force now.', color: 'gray' });
      } catch (error) {
        const field = error instanceof Refused && error.field !== null ? (FIELDS[error.field] ?? error.field) : null;
        if (field !== null && field in values) form.setFieldError(field, explain(error));
        setFault(explain(error));
      }
    },
    () => setFault('Something is missing or can’t be: it is marked above.'),
  );

  const fields = { form, ...rest };
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
          {fault === null ? <span>Not saved yet</span> : <Fault words={fault} />}
          <Button
            variant="default"
            onClick={() => {
              form.reset();
              setFault(null);
            }}
          >
            Discard
          </Button>
          <Button type="submit" loading={fetching}>
            Save
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
