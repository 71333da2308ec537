/** What people do again and again in the stories, and how the API is asked beside the page. */
import { type APIResponse, expect, type Locator, type Page } from '@playwright/test';

/** Sends a request as the person of the page, with everything that changes need; whoever calls judges the answer. */
export async function send(page: Page, method: string, path: string, data?: unknown, version?: number): Promise<APIResponse> {
  const session = (await (await page.request.get('/api/v1/session')).json()) as { csrf_token: string };
  return page.request.fetch(`/api/v1${path}`, {
    method,
    ...(data === undefined ? {} : { data }),
    headers: {
      'X-CSRF-Token': session.csrf_token,
      'Idempotency-Key': `${Date.now()}-${Math.random()}`,
      ...(version === undefined ? {} : { 'If-Match': `"${version}"` }),
    },
  });
}

/** Calls the API as the person of the page, who must be allowed to, and returns what it answers. */
export async function call<T>(page: Page, method: string, path: string, data?: unknown, version?: number): Promise<T> {
  const answer = await send(page, method, path, data, version);
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}

let made = 0;
/** Eight digits that no other record of this run has. */
export function digits(): string {
  made += 1;
  return String((Date.now() * 10 + made) % 100_000_000).padStart(8, '0');
}

/** The day so many days from today at the company, as fields take it. */
export function day(ahead: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(Date.now() + ahead * 86_400_000);
}

/** Waits until nothing on the page is still loading. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('main').first()).toBeVisible();
  await expect(page.locator('.ant-skeleton:visible, [aria-busy="true"]:visible, .ant-spin-spinning:visible')).toHaveCount(0);
}

/** The dialog or drawer that is open; with a name, where one opens over another. */
export const dialog = (page: Page, name?: string): Locator => page.getByRole('dialog', name === undefined ? {} : { name });

/** The button that saves what the open dialog holds. */
export const save = (page: Page): Locator => dialog(page).getByRole('button', { name: /^保\s?存$/ });

/** The panel of the page with this heading; some say a number behind it. */
export const panel = (page: Page, heading: string): Locator =>
  page.locator('section.panel').filter({ has: page.getByRole('heading', { name: new RegExp(`^${heading}( \\d+)?$`) }) });

/** Chooses an item of the menu that holds the rarer actions. */
export async function more(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: /更多操作/ }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

/**
 * Chooses the first option with these words that the select offers; with `typed`, once the search for that has left
 * nothing else. Other lists may be fading away meanwhile: only the one that the select says is its own counts, and it is
 * gone when this returns.
 */
export async function pick(select: Locator, words: string | RegExp, typed?: string): Promise<void> {
  await select.click();
  if (typed !== undefined) await select.fill(typed);
  await expect(select).toHaveAttribute('aria-controls', /./);
  const many = await select.evaluate((box) => box.closest('.ant-select-multiple') !== null);
  const own = select.page().locator(`[id="${await select.getAttribute('aria-controls')}"]`);
  const list = select.page().locator('.ant-select-dropdown:visible').filter({ has: own });
  const options = list.locator('.ant-select-item-option');
  await expect(list).toBeInViewport();
  if (typed !== undefined) {
    // What was made a moment ago may not be found yet; people type again.
    await expect(async () => {
      if ((await options.filter({ hasText: words }).count()) > 0) return;
      await select.fill('');
      await select.fill(typed);
      await expect(options.filter({ hasText: words })).not.toHaveCount(0, { timeout: 3_000 });
    }).toPass({ timeout: 20_000 });
    // A list that changes under the mouse swallows the click.
    await expect(options.filter({ hasNotText: words })).toHaveCount(0);
  }
  await options.filter({ hasText: words }).first().click();
  if (many) {
    // It stays open for the next choice. Escape closes the list alone, but only while the list is open.
    await expect(select).toHaveAttribute('aria-expanded', 'true');
    await select.press('Escape');
  }
  await expect(list).toHaveCount(0);
}

/** Draws a stroke on a signature pad. */
export async function sign(pad: Locator): Promise<void> {
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (box === null) throw new Error('the signature pad is not on the page');
  const page = pad.page();
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.6);
  await page.mouse.down();
  for (let step = 1; step <= 12; step += 1) {
    await page.mouse.move(box.x + box.width * (0.2 + step * 0.05), box.y + box.height * (0.5 + 0.25 * Math.sin(step)));
  }
  await page.mouse.up();
}
