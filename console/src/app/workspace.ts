import { notifications } from '@mantine/notifications';
import type { Client } from '@urql/core';
import { createContext, use, useSyncExternalStore } from 'react';
import { makeClient } from '../api/client';
import { Session, type SignedInUser } from '../api/session';
import { makeSocket, type Socket } from '../api/socket';
import { Desk, type CurrentCall } from '../call/desk';
import { Drafts } from '../notes/drafts';
import { type AgentInbox, openInbox } from '../offers/agent-inbox';
import type { InboxState } from '../offers/inbox';
import { showNotice } from '../offers/notices';

export const session = new Session();

/** Everything that belongs to one signed-in person; thrown away as a whole when they leave. */
export interface Workspace {
  user: SignedInUser;
  client: Client;
  socket: Socket;
  desk: Desk;
  offers: AgentInbox;
  drafts: Drafts;
}

let open: Workspace | null = null;

export function workspaceOf(user: SignedInUser): Workspace {
  if (open?.user.id === user.id) return open;
  close(false);
  const socket = makeSocket(session, () => void session.refresh());
  const client = makeClient(session, socket);
  const desk = new Desk(client);
  open = { user, client, socket, desk, offers: openInbox(client, desk, showNotice), drafts: new Drafts(user.id) };
  desk.resume();
  return open;
}

function close(lost: boolean): void {
  open?.offers.close();
  open?.desk.close(lost);
  open?.drafts.close(lost);
  open?.socket.close();
  open = null;
}

session.onChange(() => {
  const state = session.state();
  if (state.status !== 'signed-out') return;
  close(state.ended);
  // What was refused to one person is not for the next at this desk.
  notifications.clean();
});

const Context = createContext<Workspace | null>(null);
export const WorkspaceProvider = Context.Provider;

export function useWorkspace(): Workspace {
  const workspace = use(Context);
  if (!workspace) throw new Error('There is no workspace outside the console.');
  return workspace;
}

export function useCurrentCall(): CurrentCall | null {
  const { desk } = useWorkspace();
  return useSyncExternalStore(desk.onChange, desk.current);
}

/** The offers that ring for this person now. */
export function useInbox(): InboxState {
  const { offers } = useWorkspace();
  return useSyncExternalStore(offers.inbox.onChange, offers.inbox.state);
}
