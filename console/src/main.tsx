import '@fontsource-variable/inter';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/tokens.css';

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { router } from './app/router';
import { theme } from './app/theme';

/** Over dialogs (200), under menus (300): a word on what happened must not cover what one reaches for. */
const NOTICES = 250;
/** Long enough to be read: they are pressed through, so the pointer does not hold them. Faults stay, see showFault. */
const NOTICE_MS = 6_000;

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="bottom-left" autoClose={NOTICE_MS} zIndex={NOTICES} allowDragDismiss={false} allowScrollDismiss={false} />
      <RouterProvider router={router} />
    </MantineProvider>
  </StrictMode>,
);
