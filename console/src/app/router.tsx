import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { CALL_STATES } from '../calls/filter';
import type { CallState } from '../gql/graphql';
import { auditSearch } from '../settings/audit-search';
import { voicemailSearch } from '../voicemail/search';
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
    throw redirect({ to: '/desk' });
  },
});

const desk = createRoute({
  getParentRoute: () => console,
  path: '/desk',
  component: lazyRouteComponent(() => import('../desk/DeskPage'), 'DeskPage'),
});

const board = createRoute({
  getParentRoute: () => console,
  path: '/board',
  validateSearch: (search): { queue?: string } => {
    const queue = search['queue'];
    return typeof queue === 'string' && queue !== '' ? { queue } : {};
  },
  component: lazyRouteComponent(() => import('../board/BoardPage'), 'BoardPage'),
});

const companies = createRoute({
  getParentRoute: () => console,
  path: '/companies',
  component: lazyRouteComponent(() => import('../companies/CompaniesPage'), 'CompaniesPage'),
});

const company = createRoute({
  getParentRoute: () => console,
  path: '/companies/$companyId',
  component: lazyRouteComponent(() => import('../companies/CompanyPage'), 'CompanyPage'),
});

const settings = createRoute({
  getParentRoute: () => console,
  path: '/settings',
  component: lazyRouteComponent(() => import('../settings/SettingsPage'), 'SettingsPage'),
});

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/queues' });
  },
});

const queues = createRoute({
  getParentRoute: () => settings,
  path: '/queues',
  component: lazyRouteComponent(() => import('../settings/QueuesPage'), 'QueuesPage'),
});

const queueSettings = createRoute({
  getParentRoute: () => settings,
  path: '/queues/$queueId',
  component: lazyRouteComponent(() => import('../settings/QueuePage'), 'QueuePage'),
});

const agents = createRoute({
  getParentRoute: () => settings,
  path: '/agents',
  component: lazyRouteComponent(() => import('../settings/AgentsPage'), 'AgentsPage'),
});

const outcomes = createRoute({
  getParentRoute: () => settings,
  path: '/outcomes',
  component: lazyRouteComponent(() => import('../settings/OutcomesPage'), 'OutcomesPage'),
});

const reasons = createRoute({
  getParentRoute: () => settings,
  path: '/reasons',
  component: lazyRouteComponent(() => import('../settings/ReasonsPage'), 'ReasonsPage'),
});

const audio = createRoute({
  getParentRoute: () => settings,
  path: '/audio',
  component: lazyRouteComponent(() => import('../settings/AudioPage'), 'AudioPage'),
});

const audit = createRoute({
  getParentRoute: () => settings,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../settings/AuditPage'), 'AuditPage'),
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
  validateSearch: (search): { state?: CallState; queue?: string } => {
    const state = CALL_STATES.find((known) => known === search['state']);
    const queue = search['queue'];
    return { ...(state ? { state } : {}), ...(typeof queue === 'string' && queue !== '' ? { queue } : {}) };
  },
  component: lazyRouteComponent(() => import('../calls/CallsPage'), 'CallsPage'),
});

const call = createRoute({
  getParentRoute: () => console,
  path: '/calls/$callId',
  component: lazyRouteComponent(() => import('../calls/CallPage'), 'CallPage'),
});

const voicemail = createRoute({
  getParentRoute: () => console,
  path: '/voicemail',
  validateSearch: voicemailSearch,
  component: lazyRouteComponent(() => import('../voicemail/VoicemailPage'), 'VoicemailPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    join,
    queue,
    console.addChildren([
      desk,
      board,
      contacts,
      contact,
      companies,
      company,
      calls,
      call,
      voicemail,
      settings.addChildren([settingsHome, queues, queueSettings, agents, outcomes, reasons, audio, audit]),
    ]),
  ]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
