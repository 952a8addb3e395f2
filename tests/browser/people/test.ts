import { type BrowserContextOptions, test as base, type Page } from '@playwright/test';
import { goOffline } from './administrator';
import { signIn } from './agent';
import { watchConnections } from './media';

/** Somebody with a browser of their own, who goes when the test is over. */
type Somebody = (options?: BrowserContextOptions) => Promise<Page>;
/** The same, signed in and standing on the contacts. */
type User = (email?: string, options?: BrowserContextOptions) => Promise<Page>;
type Cookies = Awaited<ReturnType<ReturnType<Page['context']>['cookies']>>;

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

// The platform limits attempts to sign in by address, so a user's session goes from test to test.
const sessions = new Map<string, Cookies>();

export const test = base.extend<{ somebody: Somebody; user: User }>({
  somebody: async ({ browser }, use) => {
    const pages: Page[] = [];
    await use(async (options) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await watchConnections(page);
      pages.push(page);
      return page;
    });
    await Promise.all(pages.map((page) => page.context().close()));
  },
  user: async ({ somebody, request }, use) => {
    const pages = new Map<string, Page>();
    await use(async (email = 'agent1@example.com', options) => {
      const cookies = sessions.get(email);
      const page = await somebody(cookies ? { ...options, storageState: { cookies, origins: [] } } : options);
      await signIn(page, email, cookies !== undefined);
      pages.set(email, page);
      return page;
    });
    // Nobody is called at a page that is about to close. What is wrong with it is the test's to say.
    await goOffline(request, [...pages.keys()]).catch(() => undefined);
    for (const [email, page] of pages) {
      // Leaving first: the cookie that is kept must be the last one of its line.
      await page.close();
      sessions.set(email, await page.context().cookies());
    }
  },
});
