/** `test` with a real server, and pages that fail the test when they complain in the console. */
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, test as base, expect, type Page, type TestInfo } from '@playwright/test';
import { SHOWN } from './failures.ts';
import { type Server, type SignIn, withServer } from './server.ts';

export { expect } from '@playwright/test';

export type Language = 'zh-CN' | 'en';

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Complaints of a page that belong to the story told, by what they say. */
export interface Complaints {
  allow(pattern: RegExp): void;
  watch(page: Page): void;
  found: string[];
  /** Every page of the test, with what the server refused it. */
  pages: Map<Page, string[]>;
}

interface WorkerThings {
  server: Server;
}

interface TestThings {
  complaints: Complaints;
  language: Language;
  /** Opens a page of another person, with cookies of their own. */
  person: (options?: { phone?: boolean; language?: Language; as?: SignIn }) => Promise<Page>;
}

export const test = base.extend<TestThings, WorkerThings>({
  server: [
    async ({}, use) => {
      await withServer(use);
    },
    { scope: 'worker', timeout: 180_000 },
  ],

  language: ['zh-CN', { option: true }],

  baseURL: async ({ server }, use) => {
    await use(server.address);
  },

  complaints: [
    async ({}, use) => {
      const allowed: RegExp[] = [
        // Asking who is signed in is how a page learns that nobody is; browsers log the 401 as an error.
        /status of 401 .*\/api\/v1\/session$/,
      ];
      const found: string[] = [];
      const pages = new Map<Page, string[]>();
      await use({
        allow: (pattern) => allowed.push(pattern),
        watch: (page) => {
          const refusals: string[] = [];
          pages.set(page, refusals);
          page.on('console', (message) => {
            if (message.type() === 'error') found.push(`${message.text()} ${message.location().url}`);
          });
          page.on('pageerror', (error) => found.push(`uncaught: ${error.message}`));
          page.on('response', (response) => {
            const told = `${response.status()} ${response.request().method()} ${response.url()}`;
            if (response.status() >= 500) found.push(told);
            if (response.status() >= 400) refusals.push(told);
          });
        },
        found,
        pages,
      });
      const unexpected = found.filter((text) => !allowed.some((pattern) => pattern.test(text)));
      expect(unexpected, 'complaints in the console').toEqual([]);
    },
    { auto: true },
  ],

  page: async ({ browser, baseURL, complaints, language }, use) => {
    const context = await open(browser, baseURL, language, false);
    const page = await context.newPage();
    complaints.watch(page);
    await use(page);
    await describe(complaints, test.info());
    await context.close();
  },

  person: async ({ browser, baseURL, complaints, language }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (options = {}) => {
      const context = await open(browser, baseURL, options.language ?? language, options.phone ?? false);
      contexts.push(context);
      const page = await context.newPage();
      complaints.watch(page);
      if (options.as !== undefined) {
        await signIn(page, options.as);
        await speak(page, options.language ?? language);
      }
      return page;
    });
    await describe(complaints, test.info());
    for (const context of contexts) await context.close();
  },
});

/** Writes down what the pages of a failed test showed in its last moment, for those who have the log alone. */
async function describe({ pages }: Complaints, info: TestInfo): Promise<void> {
  if (info.status === info.expectedStatus) return;
  for (const [page, refusals] of pages) {
    if (page.isClosed()) continue;
    const shown = page.locator('h1, [role="dialog"], [role="alert"], .ant-message-notice');
    const words = await shown.allInnerTexts().catch(() => ['(the page does not answer)']);
    const body = [new URL(page.url()).pathname, ...words, ...refusals.slice(-3)].join(' | ').replaceAll(/\s+/g, ' ');
    await info.attach(SHOWN, { body, contentType: 'text/plain' });
  }
}

async function open(browser: Browser, baseURL: string | undefined, language: Language, phone: boolean): Promise<BrowserContext> {
  const context = await browser.newContext({
    ...(baseURL === undefined ? {} : { baseURL }),
    locale: language,
    // What is still on its way takes clicks for other things, or loses them.
    reducedMotion: 'reduce',
    viewport: phone ? PHONE : DESKTOP,
    ...(phone ? { hasTouch: true, isMobile: true } : {}),
  });
  await context.addInitScript((chosen) => {
    if (localStorage.getItem('aftersail.locale') === null) localStorage.setItem('aftersail.locale', chosen);
  }, language);
  return context;
}

/** Signs in through the page, as a person does. */
export async function signIn(page: Page, who: SignIn): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel(/^(账号或邮箱|Login or e-mail)$/).fill(who.login);
  await page.getByLabel(/^(密码|Password)$/).fill(who.password);
  await page.getByRole('button', { name: /^(登\s?录|Sign in)$/ }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
}

/** Sets the person's own language, which counts more than the browser's once they have signed in. */
async function speak(page: Page, language: Language): Promise<void> {
  const session = await (await page.request.get('/api/v1/session')).json();
  if (session.user.locale === language) return;
  const changed = await page.request.patch('/api/v1/session/profile', {
    data: { locale: language },
    headers: { 'X-CSRF-Token': session.csrf_token, 'If-Match': `"${session.user.version}"` },
  });
  expect(changed.status(), await changed.text()).toBe(200);
}

/** Waits until what moves has arrived: halfway, a thing has neither its place nor its colours. What turns for ever does not count. */
async function still(page: Page): Promise<void> {
  const moving = () =>
    page.evaluate(() => {
      const running = document.getAnimations().filter((one) => one.playState === 'running');
      return running.filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).length;
    });
  await expect.poll(moving, 'things that still move').toBe(0);
}

/**
 * Axe takes for too small what the edge of a mask, a bar or the window half covers, which depends on how far the page is
 * scrolled just now. Whether it is too small shows in the middle of the window.
 */
async function isSmall(page: Page, selector: string): Promise<boolean> {
  const there = await page.evaluate((place) => {
    const element = document.querySelector(place);
    element?.scrollIntoView({ block: 'center', inline: 'center' });
    return element !== null;
  }, selector);
  if (!there) return true;
  return (await new AxeBuilder({ page }).include(selector).withRules(['target-size']).analyze()).violations.length > 0;
}

/** What axe finds against WCAG 2.2 A and AA. */
async function barriers(page: Page): Promise<unknown[]> {
  await still(page);
  const report = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  const found: unknown[] = [];
  for (const { id, help, nodes } of report.violations) {
    const places: string[] = [];
    for (const node of nodes) {
      const counts = id !== 'target-size' || (await isSmall(page, String(node.target[0])));
      if (counts) places.push(`${node.target.join(' ')}: ${node.failureSummary ?? ''}`);
    }
    if (places.length > 0) found.push({ rule: id, help, places: places.slice(0, 5) });
  }
  return found;
}

async function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** axe finds nothing. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await barriers(page), `accessibility of ${page.url()}`).toEqual([]);
}

/** Nothing sticks out of the page to the side. */
export async function expectFits(page: Page): Promise<void> {
  expect(await overhang(page), `${page.url()} is wider than the window by this many pixels`).toBeLessThanOrEqual(0);
}

/** Both of the above as words, for tests that walk through many pages and tell of all at once. */
export async function faults(page: Page): Promise<string[]> {
  const width = page.viewportSize()?.width ?? 0;
  const where = `${new URL(page.url()).pathname} at ${width}`;
  // After the window has changed its width, pages need a moment to follow.
  await expect.poll(() => overhang(page), { timeout: 5_000 }).toBe(0).catch(() => undefined);
  const over = await overhang(page);
  return [
    ...(over > 0 ? [`${where}: wider than the window by ${over} px`] : []),
    ...(await barriers(page)).map((barrier) => `${where}: ${JSON.stringify(barrier)}`),
  ];
}

/** Keeps pictures of the page at both widths under test-results/pictures. */
export async function pictures(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? DESKTOP;
  for (const size of [DESKTOP, PHONE]) {
    await page.setViewportSize(size);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `test-results/pictures/${name}-${size.width}.png`, fullPage: true });
  }
  await page.setViewportSize(before);
}
