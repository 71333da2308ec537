/** Every page in both languages and at both widths: it fills, fits, complains of nothing, and axe finds nothing. */
import type { Page } from '@playwright/test';
import { settled } from '../support/steps.ts';
import { DESKTOP, expect, expectAccessible, expectFits, faults, type Language, PHONE, test } from '../support/test.ts';

/** Pages by address; `{customers}` stands for the id of the first customer. */
const STAFF = [
  '/',
  '/intake',
  '/tickets',
  '/tickets/{tickets}',
  '/customers',
  '/customers/{customers}',
  '/devices',
  '/devices/{devices}',
  '/products',
  '/parts',
  '/engineers',
  '/contracts',
  '/maintenance',
  '/maintenance/{maintenance-plans}',
  '/orders',
  '/orders/{orders}',
  '/renewals',
  '/dispatch',
  '/quotes',
  '/quotes/{quotes}',
  '/surveys',
  '/recovery-tasks',
  '/tasks',
  '/processes',
  '/process-incidents',
  '/imports',
  '/exports',
  '/customers/duplicates',
  '/settings',
  '/settings/objects',
  '/audit',
  '/profile',
];
const LANGUAGES: Language[] = ['zh-CN', 'en'];

async function address(page: Page, template: string): Promise<string> {
  const thing = /\{([\w-]+)\}/.exec(template)?.[1];
  if (thing === undefined) return template;
  const answer = await page.request.get(`/api/v1/${thing}?limit=1`);
  const { items } = (await answer.json()) as { items: { id: string }[] };
  return template.replace(`{${thing}}`, items[0]?.id ?? 'none');
}

/** Opens a page and waits until nothing on it is still loading. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

for (const language of LANGUAGES) {
  test.describe(language, () => {
    test.use({ language });

    test('staff pages at both widths', async ({ person, server }) => {
      test.setTimeout(900_000);
      await server.complete();
      const page = await person({ as: server.person('admin') });
      const found: string[] = [];
      for (const template of STAFF) {
        await test.step(template, async () => {
          await page.setViewportSize(DESKTOP);
          await open(page, await address(page, template));
          await expect(page.locator('html')).toHaveAttribute('lang', language);
          const headings = await page.getByRole('heading', { level: 1 }).count();
          if (headings !== 1) found.push(`${template}: ${headings} main headings`);
          const name = template.replaceAll(/[{}]/g, '').replaceAll('/', '-');
          for (const size of [DESKTOP, PHONE]) {
            await page.setViewportSize(size);
            found.push(...(await faults(page)));
            await page.screenshot({ path: `test-results/pictures/page${name}-${language}-${size.width}.png`, fullPage: true });
          }
        });
      }
      expect(found, 'what is wrong with pages').toEqual([]);
    });

    test('field pages on the phone', async ({ person, server }) => {
      test.setTimeout(400_000);
      await server.complete();
      const page = await person({ phone: true, as: server.person('engineer') });
      await open(page, '/field');
      await expectFits(page);
      await expectAccessible(page);
      await page.screenshot({ path: `test-results/pictures/field-today-${language}.png`, fullPage: true });
      await page.locator('a.f-job').first().click();
      await expect(page.getByRole('heading', { name: /^T-/ })).toBeVisible();
      await expectFits(page);
      // Tall enough that the bar at the bottom hides nothing: what lies under it can be scrolled up.
      await page.setViewportSize({ width: PHONE.width, height: 3_000 });
      await expectAccessible(page);
      await page.screenshot({ path: `test-results/pictures/field-job-${language}.png`, fullPage: true });
    });
  });
}
