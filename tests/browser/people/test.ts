import { type BrowserContextOptions, test as base, type Page } from '@playwright/test';

/** Somebody with a browser of their own, who goes when the test is over. */
type Somebody = (options?: BrowserContextOptions) => Promise<Page>;

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

export const test = base.extend<{ somebody: Somebody }>({
  somebody: async ({ browser }, use) => {
    const pages: Page[] = [];
    await use(async (options) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      pages.push(page);
      return page;
    });
    await Promise.all(pages.map((page) => page.context().close()));
  },
});
