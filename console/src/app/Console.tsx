import { Button, Center, EmptyState, Loader } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import {
  IconAddressBook,
  IconBuilding,
  IconHeadset,
  IconLayoutDashboard,
  IconPhone,
  IconPlugConnectedX,
  IconRecordMail,
  IconSettings,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link, Outlet, useRouter } from '@tanstack/react-router';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Provider } from 'urql';
import type { Role } from '../gql/graphql';
import { useMyselfNews } from '../agents/myself';
import { CallDock } from '../calls/CallDock';
import { OfferDock } from '../offers/OfferDock';
import { UnheardBadge } from '../voicemail/UnheardBadge';
import { WrapUpDock } from '../wrapup/WrapUpDock';
import styles from './Console.module.css';
import { ShortcutSheet } from './ShortcutSheet';
import { TopBar } from './TopBar';
import { session, useWorkspace, workspaceOf, WorkspaceProvider } from './workspace';

/** Everything behind the sign-in. */
export function Console() {
  const state = useSyncExternalStore(session.onChange, session.state);

  useEffect(() => {
    if (session.state().status === 'starting') void session.refresh();
  }, []);

  switch (state.status) {
    case 'starting':
      return (
        <Center h="100dvh">
          <Loader role="progressbar" aria-label="Starting" />
        </Center>
      );
    case 'unreachable':
      return (
        <Center h="100dvh" component="main">
          <EmptyState
            role="alert"
            icon={<IconPlugConnectedX />}
            title="The server can’t be reached"
            description="This page tries again by itself every few seconds."
          >
            <EmptyState.Actions>
              <Button variant="default" onClick={() => void session.refresh()}>
                Try now
              </Button>
            </EmptyState.Actions>
          </EmptyState>
        </Center>
      );
    case 'signed-out':
      return <ToSignIn />;
    case 'signed-in': {
      const workspace = workspaceOf(state.user);
      return (
        <WorkspaceProvider value={workspace}>
          <Provider value={workspace.client}>
            <Frame />
          </Provider>
        </WorkspaceProvider>
      );
    }
  }
}

/** Goes to the sign-in once. Watching the address here would turn its change into the next reason to go. */
function ToSignIn() {
  const router = useRouter();
  useEffect(() => {
    const { pathname, href } = router.state.location;
    void router.navigate({ to: '/sign-in', search: pathname === '/' ? {} : { next: href }, replace: true });
  }, [router]);
  return null;
}

function Frame() {
  useMyselfNews();
  const [sheet, setSheet] = useState(false);
  useHotkeys([['shift+?', () => setSheet(true), { usePhysicalKeys: false }], ['?', () => setSheet(true)]]);
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#page">
        To the content
      </a>
      <nav className={styles.rail} aria-label="Main">
        <div className={styles.brand}>
          <img src="/favicon.svg" width={24} height={24} alt="" />
          Cordboard
        </div>
        <Rail />
      </nav>
      <TopBar onShortcuts={() => setSheet(true)} />
      <main className={styles.page} id="page" tabIndex={0}>
        <ConnectionBand />
        <Outlet />
      </main>
      <CallDock />
      <WrapUpDock />
      <OfferDock />
      <ShortcutSheet opened={sheet} onClose={() => setSheet(false)} />
    </div>
  );
}

const PLACES = [
  { to: '/desk', words: 'Desk', Icon: IconHeadset, roles: ['AGENT', 'SUPERVISOR', 'ADMIN'] },
  { to: '/contacts', words: 'Contacts', Icon: IconAddressBook, roles: ['AGENT', 'SUPERVISOR', 'ADMIN'] },
  { to: '/companies', words: 'Companies', Icon: IconBuilding, roles: ['AGENT', 'SUPERVISOR', 'ADMIN'] },
  { to: '/calls', words: 'Calls', Icon: IconPhone, roles: ['AGENT', 'SUPERVISOR', 'ADMIN'] },
  { to: '/voicemail', words: 'Voicemail', Icon: IconRecordMail, roles: ['AGENT', 'SUPERVISOR', 'ADMIN'] },
  { to: '/board', words: 'Board', Icon: IconLayoutDashboard, roles: ['SUPERVISOR', 'ADMIN'] },
  { to: '/settings', words: 'Settings', Icon: IconSettings, roles: ['SUPERVISOR', 'ADMIN'] },
] as const satisfies readonly { to: string; words: string; Icon: TablerIcon; roles: readonly Role[] }[];

/** Where one can go: a place that could only refuse is not shown. */
function Rail() {
  const { user } = useWorkspace();
  return PLACES.filter(({ roles }) => (roles as readonly Role[]).includes(user.role)).map(({ to, words, Icon }) => (
    <Link key={to} to={to} className={styles.link}>
      <Icon size={20} stroke={1.75} aria-hidden="true" />
      {words}
      {to === '/voicemail' && <UnheardBadge />}
    </Link>
  ));
}

/** A lost connection is said plainly, together with what goes on working. */
function ConnectionBand() {
  const { socket } = useWorkspace();
  const connected = useSyncExternalStore(socket.onChange, socket.connected);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    // A blink of the network isn't worth a word.
    const timer = setTimeout(() => setShown(!connected), connected ? 0 : 1_500);
    return () => clearTimeout(timer);
  }, [connected]);
  if (!shown) return null;
  return (
    <div className={styles.band} role="status">
      No news from the server. A call goes on; lists may be out of date. Reconnecting…
    </div>
  );
}
