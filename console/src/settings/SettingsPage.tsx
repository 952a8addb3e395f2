import { Title } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { useWorkspace } from '../app/workspace';
import page from '../ui/page.module.css';
import styles from './Settings.module.css';

const PLACES = [
  { to: '/settings/queues', words: 'Queues' },
  { to: '/settings/agents', words: 'Agents’ skills' },
  { to: '/settings/outcomes', words: 'Outcomes' },
  { to: '/settings/reasons', words: 'Away reasons' },
  { to: '/settings/audio', words: 'Audio' },
  { to: '/settings/audit', words: 'Audit' },
] as const;

/** How the house is set up. Supervisors read all of it and steer the agents; administrators change it. */
export function SettingsPage() {
  const { user } = useWorkspace();
  const places = PLACES.filter(({ to }) => to !== '/settings/audit' || user.role === 'ADMIN');
  return (
    <div className={page.page}>
      <header className={page.head}>
        <Title order={1}>Settings</Title>
      </header>
      <div className={styles.frame}>
        <nav className={styles.places} aria-label="Settings">
          {places.map(({ to, words }) => (
            <Link key={to} to={to} className={styles.place}>
              {words}
            </Link>
          ))}
        </nav>
        <div className={styles.content}>
          <Outlet />
        </div>
      </div>
    </div>
  );
}
