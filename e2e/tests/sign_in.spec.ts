/** Signing in: the first page anybody sees, in both languages and on a phone. */
import { expect, expectAccessible, expectFits, type Language, PHONE, pictures, signIn, test } from '../support/test.ts';

const LANGUAGES: [Language, RegExp][] = [
  ['zh-CN', /^登\s?录$/],
  ['en', /^Sign in$/],
];

for (const [language, button] of LANGUAGES) {
  test.describe(language, () => {
    test.use({ language });

    test('a stranger is led to the sign-in page, which is clean at both widths', async ({ page }) => {
      await page.goto('/');
      await expect(page).toHaveURL(/\/sign-in/);
      await expect(page.getByRole('button', { name: button })).toBeVisible();
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expectAccessible(page);
      await page.setViewportSize(PHONE);
      await expectFits(page);
      await expectAccessible(page);
      await pictures(page, `sign-in-${language}`);
    });
  });
}

test('a wrong password is told in words and keeps what was typed', async ({ page, server }) => {
  await page.goto('/sign-in');
  await page.getByLabel('账号或邮箱').fill(server.person('admin').login);
  await page.getByLabel('密码').fill('not the password');
  await page.getByRole('button', { name: /^登\s?录$/ }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('账号或邮箱')).toHaveValue(server.person('admin').login);
});

test('the administrator of the demo company signs in, reloads, and is still there', async ({ page, server }) => {
  await signIn(page, server.person('admin'));
  await expect(page).toHaveURL(/\/$/);
  await page.reload();
  await expect(page).not.toHaveURL(/\/sign-in/);
});

test('the language chosen in the head of the page lasts', async ({ page, server }) => {
  await signIn(page, server.person('finance'));
  const kept = page.waitForResponse((reply) => reply.url().endsWith('/session/profile'));
  await page.getByRole('button', { name: 'English' }).click();
  expect((await kept).status()).toBe(200);
  await page.reload();
  await expect(page.getByRole('button', { name: '中文' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});
