import { ActionIcon, Indicator, Popover, ScrollArea, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { notifications as toasts } from '@mantine/notifications';
import { IconBell } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useMutation, useSubscription } from 'urql';
import { graphql } from '../gql';
import type { NotificationRowFragment, NotificationsQuery } from '../gql/graphql';
import { Behind } from '../ui/Behind';
import { ErrorState, Rows } from '../ui/states';
import { When } from '../ui/Time';
import { useRepeated } from '../ui/useRepeated';
import { tellVoicemail } from '../voicemail/news';
import { badgeWords } from '../voicemail/words';
import styles from './Bell.module.css';

graphql(`
  fragment NotificationRow on Notification {
    id
    cursor
    kind
    title
    body
    at
    readAt
    subject {
      __typename
      id
      ... on Task {
        contact {
          id
        }
        call {
          id
        }
      }
    }
  }
`);

const Notifications = graphql(`
  query Notifications($after: String) {
    notifications(first: 30, after: $after) {
      nodes {
        ...NotificationRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** As many as are counted; where there are more, that is all that is said. */
const UnreadNotifications = graphql(`
  query UnreadNotifications {
    notifications(first: 100, unreadOnly: true) {
      nodes {
        id
      }
    }
  }
`);

const NotificationArrived = graphql(`
  subscription NotificationArrived {
    notifications {
      ...NotificationRow
    }
  }
`);

const NotificationRead = graphql(`
  mutation NotificationRead($input: NotificationReadInput!) {
    notificationRead(input: $input) {
      notifications {
        id
        readAt
      }
      userErrors {
        code
        message
      }
    }
  }
`);

/** So many are marked as read at once. */
const MOST = 100;

export function Bell() {
  const { data, error, again } = useRepeated({ query: Notifications, variables: { after: null } });
  const { data: left, again: count } = useRepeated({ query: UnreadNotifications, variables: {} });
  const [, read] = useMutation(NotificationRead);
  const [opened, setOpened] = useState(false);
  const navigate = useNavigate();

  // A repeat is possible after a reconnect: one toast a notification.
  const [shown] = useState(() => new Set<string>());
  useSubscription({ query: NotificationArrived }, (_before, arrived) => {
    const row = arrived.notifications;
    if (!shown.has(row.id)) {
      shown.add(row.id);
      toasts.show({ id: row.id, title: row.title, message: row.body ?? '', autoClose: 8_000 });
      again();
      count();
      if (row.subject?.__typename === 'Voicemail') tellVoicemail();
    }
    return arrived;
  });

  const rows = data?.notifications.nodes ?? [];
  const unread = rows.filter((row) => !row.readAt);
  const unreadWords = badgeWords(left?.notifications.nodes.length ?? 0);
  const label = unreadWords === null ? 'Notifications' : `Notifications, ${unreadWords} unread`;

  // Further pages that were shown meanwhile have unread ones, too.
  const further = useRef(new Set<string>());
  const toggle = (open: boolean) => {
    setOpened(open);
    if (open) return;
    const seen = [...new Set([...unread.map(({ id }) => id), ...further.current])];
    further.current.clear();
    for (let from = 0; from < seen.length; from += MOST) void read({ input: { notificationIds: seen.slice(from, from + MOST) } }).then(count);
  };
  const go = (row: NotificationRowFragment) => {
    toggle(false);
    const target = targetOf(row);
    if (target) void navigate(target);
  };

  return (
    <Popover position="bottom-end" width={360} opened={opened} onChange={toggle} trapFocus shadow="md">
      <Popover.Target>
        <Tooltip label={label} disabled={opened}>
          <Indicator disabled={unreadWords === null} label={unreadWords} color="red.9" size={16} offset={6} styles={{ indicator: { pointerEvents: 'none' } }}>
            <ActionIcon aria-label={label} aria-expanded={opened} onClick={() => toggle(!opened)}>
              <IconBell size={20} stroke={1.75} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Notifications">
        {error && !data && <ErrorState error={error} retry={again} />}
        {!error && !data && <Rows count={3} />}
        {data && rows.length === 0 && (
          <Text c="dimmed" p="md">
            Nothing yet. A reminder appears here when a task is due.
          </Text>
        )}
        <ScrollArea.Autosize mah={420}>
          {data && <Page page={data.notifications} onGo={go} onUnread={(id) => further.current.add(id)} />}
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}

interface PageProps {
  page: NotificationsQuery['notifications'];
  onGo: (row: NotificationRowFragment) => void;
  onUnread: (id: string) => void;
}

function Page({ page: { nodes, pageInfo }, ...rest }: PageProps) {
  return (
    <>
      {nodes.map((row) => (
        <Row key={row.id} row={row} onGo={() => rest.onGo(row)} />
      ))}
      <Behind pageInfo={pageInfo} className={styles.more}>
        {(after) => <NextPage after={after} {...rest} />}
      </Behind>
    </>
  );
}

function NextPage({ after, ...rest }: Omit<PageProps, 'page'> & { after: string }) {
  const { data, error, again } = useRepeated({ query: Notifications, variables: { after } });
  const page = data?.notifications;
  useEffect(() => {
    for (const { id, readAt } of page?.nodes ?? []) if (!readAt) rest.onUnread(id);
  }, [page]);
  if (page) return <Page page={page} {...rest} />;
  return error ? <ErrorState error={error} retry={again} /> : <Rows count={3} />;
}

function Row({ row, onGo }: { row: NotificationRowFragment; onGo: () => void }) {
  return (
    <UnstyledButton className={styles.row} data-unread={!row.readAt} onClick={onGo}>
      <span className={styles.title}>
        {!row.readAt && <span className={styles.dot} role="img" aria-label="Unread" />}
        <span dir="auto">{row.title}</span>
      </span>
      {row.body && (
        <span className={styles.body} dir="auto">
          {row.body}
        </span>
      )}
      <span className={styles.at}>
        <When at={row.at} />
      </span>
    </UnstyledButton>
  );
}

function targetOf({ subject }: NotificationRowFragment) {
  switch (subject?.__typename) {
    case 'Call':
      return { to: '/calls/$callId', params: { callId: subject.id } } as const;
    case 'Contact':
      return { to: '/contacts/$contactId', params: { contactId: subject.id } } as const;
    case 'Task':
      if (subject.contact) return { to: '/contacts/$contactId', params: { contactId: subject.contact.id } } as const;
      return subject.call ? ({ to: '/calls/$callId', params: { callId: subject.call.id } } as const) : null;
    case 'Voicemail':
      return { to: '/voicemail', search: { open: subject.id } } as const;
    default:
      return null;
  }
}
