import { notifications, notificationsStore } from '@mantine/notifications';
import { explain } from './errors';

/** So many stand at once, so that they leave room for other notices: for another the oldest goes. */
const MOST = 3;

/** Says why something was not done. It tells what to do next, so it stays until it is closed (WCAG 2.2.1). */
export function showFault(error: unknown, title?: string): void {
  const message = explain(error);
  notifications.updateState(notificationsStore, (shown) => {
    // What is said again is not said twice.
    const others = shown.filter((one) => 'data-fault' in one && (one.title !== title || one.message !== message));
    const kept = others.slice(1 - MOST);
    return shown.filter((one) => !('data-fault' in one) || kept.includes(one));
  });
  notifications.show({ color: 'red', title, message, autoClose: false, 'data-fault': true });
}
