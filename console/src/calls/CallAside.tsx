import { Badge, Tabs } from '@mantine/core';
import { useHotkeys, useUncontrolled } from '@mantine/hooks';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { useQuery } from 'urql';
import { useWorkspace } from '../app/workspace';
import { graphql } from '../gql';
import type { CallAsideQuery } from '../gql/graphql';
import type { Autosave } from '../notes/autosave';
import { holdCaret } from '../notes/caret';
import { NoteField, useAutosave } from '../notes/NoteField';
import { NoteList } from '../notes/NoteList';
import styles from './CallAside.module.css';
import { ContactAside } from './ContactAside';
import { WhoIsThis } from './WhoIsThis';

const CallAsideDocument = graphql(`
  query CallAside($id: ID!) {
    call(id: $id) {
      ...CallIdentity
      createdAt
      queue {
        id
        name
        script
      }
      notes {
        ...NoteFields
      }
    }
  }
`);

interface Props {
  callId: string;
  /** What concerns the call itself stands above what is known of the contact. */
  children?: ReactNode;
  /** In the wrap-up the note is part of the form. */
  withNotes?: boolean;
  /** What is written beside the call; the tab for it, where there is one. */
  chat?: ReactNode;
  /** How many messages there nobody has looked at. */
  unread?: number;
  /** The open tab, where somebody else opens tabs, too. */
  tab?: string;
  onTab?: (tab: string) => void;
}

/** What one needs beside a conversation: who it is, what is written down, what is to be said. */
export function CallAside({ callId, children, withNotes = true, ...shown }: Props) {
  const [{ data }] = useQuery({ query: CallAsideDocument, variables: { id: callId } });
  const call = data?.call;
  if (!call) return <div className={styles.panel}>{children}</div>;
  const Aside = withNotes ? Noted : Known;
  return (
    <Aside key={call.id} call={call} note={null} {...shown}>
      {children}
    </Aside>
  );
}

type Call = NonNullable<CallAsideQuery['call']>;

interface KnownProps extends Pick<Props, 'chat' | 'unread' | 'tab' | 'onTab'> {
  call: Call;
  note: Autosave | null;
  children?: ReactNode;
}

/** The note lives above the tabs: turning over to the contact interrupts no saving. */
function Noted({ call, children, ...shown }: KnownProps) {
  const { user } = useWorkspace();
  const note = useAutosave({ callId: call.id }, call.notes.find(({ author }) => author.id === user.id) ?? null);
  return (
    <Known {...shown} call={call} note={note}>
      {children}
    </Known>
  );
}

function Known({ call, note, children, chat, unread = 0, ...tabs }: KnownProps) {
  const { user } = useWorkspace();
  const [tab, setTab] = useUncontrolled({ value: tabs.tab, defaultValue: 'contact', onChange: tabs.onTab });
  const box = useRef<HTMLDivElement>(null);
  useHotkeys(
    note
      ? [
          [
            'n',
            () => {
              setTab('notes');
              requestAnimationFrame(() => {
                const field = box.current?.querySelector<HTMLTextAreaElement>('[data-note]');
                field?.focus();
                field?.setSelectionRange(field.value.length, field.value.length);
              });
            },
          ],
        ]
      : [],
  );
  // Before the field is gone, and the focus with it.
  useLayoutEffect(() => {
    const within = box.current;
    return () => {
      if (note && within) holdCaret(call.id, within, note);
    };
  }, [call.id, note]);
  return (
    <Tabs value={tab} onChange={(next) => setTab(next ?? 'contact')} keepMounted={false} className={styles.tabs} ref={box}>
      <Tabs.List className={styles.list}>
        <Tabs.Tab value="contact">Contact</Tabs.Tab>
        {note && <Tabs.Tab value="notes">Notes</Tabs.Tab>}
        {chat && (
          <Tabs.Tab value="chat" rightSection={unread > 0 && <Badge size="sm" circle>{unread}</Badge>}>
            Chat
          </Tabs.Tab>
        )}
        {call.queue?.script && <Tabs.Tab value="script">Script</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="contact" className={styles.panel}>
        {children}
        <WhoIsThis call={call} />
        {call.contact && <ContactAside id={call.contact.id} since={call.createdAt} />}
        {!call.contact && call.direction === 'INTERNAL' && (
          <p className={styles.none}>A call between colleagues: it stands in nobody’s history but yours.</p>
        )}
      </Tabs.Panel>
      {note && (
        <Tabs.Panel value="notes" className={styles.panel}>
          <NoteField note={note} label="Note of this call" rows={10} />
          <Others notes={call.notes.filter(({ author }) => author.id !== user.id)} />
        </Tabs.Panel>
      )}
      {chat && (
        <Tabs.Panel value="chat" className={styles.chat}>
          {chat}
        </Tabs.Panel>
      )}
      {call.queue?.script && (
        <Tabs.Panel value="script" className={styles.panel}>
          <p className={styles.script} dir="auto">
            {call.queue.script}
          </p>
        </Tabs.Panel>
      )}
    </Tabs>
  );
}

function Others({ notes }: { notes: Call['notes'] }) {
  return notes.length === 0 ? null : <NoteList notes={notes} />;
}
