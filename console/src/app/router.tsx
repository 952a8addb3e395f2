import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { CALL_STATES } from '../calls/filter';
import type { CallState } from '../gql/graphql';
import { Broken, Nowhere } from './Broken';

const root = createRootRoute({ component: Outlet, notFoundComponent: Nowhere, errorComponent: Broken });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => {
    // Only addresses of our own: a link must not send people elsewhere after they signed in.
    const next = search['next'];
    return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};
  },
  component: lazyRouteComponent(() => import('./SignIn'), 'SignIn'),
});

const join = createRoute({
  getParentRoute: () => root,
  path: '/join/$token',
  component: lazyRouteComponent(() => import('../join/JoinPage'), 'JoinPage'),
});

const queue = createRoute({
  getParentRoute: () => root,
  path: '/q/$key',
  component: lazyRouteComponent(() => import('../queue/QueuePage'), 'QueuePage'),
});

const console = createRoute({
  getParentRoute: () => root,
  id: 'console',
  component: lazyRouteComponent(() => import('./Console'), 'Console'),
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/contacts' });
  },
});

const contacts = createRoute({
  getParentRoute: () => console,
  path: '/contacts',
  validateSearch: (search): { q?: string } => {
    const q = search['q'];
    return q === undefined || q === '' ? {} : { q: String(q) };
  },
  component: lazyRouteComponent(() => import('../contacts/ContactsPage'), 'ContactsPage'),
});

const contact = createRoute({
  getParentRoute: () => console,
  path: '/contacts/$contactId',
  component: lazyRouteComponent(() => import('../contacts/ContactPage'), 'ContactPage'),
});

const calls = createRoute({
  getParentRoute: () => console,
  path: '/calls',
  validateSearch: (search): { state?: CallState } => {
    const state = CALL_STATES.find((known) => known === search['state']);
    return state ? { state } : {};
  },
  component: lazyRouteComponent(() => import('../calls/CallsPage'), 'CallsPage'),
});

const call = createRoute({
  getParentRoute: () => console,
  path: '/calls/$callId',
  component: lazyRouteComponent(() => import('../calls/CallPage'), 'CallPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, signIn, join, queue, console.addChildren([contacts, contact, calls, call])]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
