import { ActionIcon, CloseButton, Kbd, Menu, TextInput, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconKeyboard, IconLogout, IconLogout2, IconSearch, IconX } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { CallColleague } from '../agents/CallColleague';
import { StatusMenu } from '../agents/StatusMenu';
import { Bell } from '../notifications/Bell';
import { Face } from '../ui/Person';
import styles from './Console.module.css';
import { SignOutQuestion, useLeaving } from './SignOut';
import { useWorkspace } from './workspace';

export function TopBar({ onShortcuts }: { onShortcuts: () => void }) {
  return (
    <header className={styles.top}>
      <ContactSearch />
      <div style={{ flex: 1 }} />
      <StatusMenu />
      <CallColleague />
      <Bell />
      <UserMenu onShortcuts={onShortcuts} />
    </header>
  );
}

/** The search stands in the address, so that it can be shared, reloaded and gone back to. */
function ContactSearch() {
  const navigate = useNavigate();
  const { q = '' } = useSearch({ strict: false });
  const [text, setText] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const typed = useRef(q);

  useEffect(() => {
    // The address changed by a link or by going back, not by typing here.
    if (q !== typed.current) {
      typed.current = q;
      setText(q);
    }
  }, [q]);

  useEffect(() => {
    const wanted = text.trim();
    if (wanted === typed.current) return;
    const timer = setTimeout(() => {
      typed.current = wanted;
      void navigate({ to: '/contacts', search: wanted ? { q: wanted } : {}, replace: true });
    }, 150);
    return () => clearTimeout(timer);
  }, [text, navigate]);

  useHotkeys([['/', () => field.current?.focus()]]);

  return (
    <TextInput
      ref={field}
      className={styles.search}
      type="search"
      aria-label="Search contacts"
      placeholder="Search contacts"
      size="xs"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setText('');
      }}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      rightSection={
        text === '' ? <Kbd size="xs" visibleFrom="sm">/</Kbd> : <CloseButton size="xs" aria-label="Clear" onClick={() => setText('')} />
      }
    />
  );
}

function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { user } = useWorkspace();
  const leaving = useLeaving();
  return (
    <>
      <SignOutQuestion leaving={leaving} />
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <Tooltip label={user.name}>
            <ActionIcon aria-label={`${user.name}: account`} radius="xl">
              <Face name={user.name} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {user.name}
            <br />
            {user.email}
          </Menu.Label>
          <Menu.Divider />
          <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onShortcuts}>
            Keys
          </Menu.Item>
          {leaving.waits && (
            <Menu.Item leftSection={<IconX size={16} />} onClick={leaving.stay}>
              Stay signed in after the call
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leaving.ask(false)}>
            Sign out
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout2 size={16} />} onClick={() => leaving.ask(true)}>
            Sign out everywhere
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
