/** Service levels: a policy by condition, a calendar with holidays, and a ticket that tells why its deadline is what it is. */
import { call, dialog, pick, save, settled } from '../support/steps.ts';
import { expect, expectAccessible, expectFits, PHONE, pictures, test } from '../support/test.ts';

interface Clocks {
  policy_id: string | null;
  clocks: { metric: string; target_minutes: number }[];
}

test('a service level for one kind of ticket, its warnings and calendar, and the clocks of a ticket', async ({
  person,
  server,
}) => {
  test.setTimeout(240_000);
  const page = await person({ as: server.person('admin') });
  const hours = [{ from_minute: 540, to_minute: 1080 }];
  await call(page, 'POST', '/calendars', {
    name: '办公时间',
    is_default: true,
    holidays: 'china',
    calendar: { zone: 'Asia/Shanghai', week: [hours, hours, hours, hours, hours, [], []] },
  });
  await page.goto('/settings/sla');
  await settled(page);

  await test.step('a service level is entered and tried first', async () => {
    await page.getByRole('button', { name: '新建服务级别' }).click();
    await dialog(page).getByLabel('名称', { exact: true }).fill('金牌投诉');
    await dialog(page).getByRole('button', { name: /添加条件/ }).click();
    await pick(dialog(page).getByRole('combobox').nth(2), '紧急');
    await dialog(page).getByLabel('首次响应 工作时间（分钟）').fill('15');
    await dialog(page).getByRole('button', { name: '添加提醒' }).first().click();
    await dialog(page).getByRole('button', { name: '添加一级' }).first().click();
    await expectAccessible(page);
    await pictures(page, 'service-level');
    await save(page).click();
    await expect(page.getByRole('listitem').filter({ hasText: '金牌投诉' })).toBeVisible();
    await expect(page.locator('ol > li').first()).toContainText('金牌投诉');
    await expectAccessible(page);
  });

  await test.step('the year of a calendar shows its holidays', async () => {
    await page.getByRole('button', { name: '年历' }).first().click();
    await expect(dialog(page)).toBeVisible();
    await expectAccessible(page);
    await pictures(page, 'calendar-year');
    await page.keyboard.press('Escape');
  });

  const made = await call<{ id: string }>(page, 'POST', '/tickets', {
    title: '扶梯停运，客户投诉',
    type: 'complain',
    priority: 'critical',
  });
  const clocks = await call<Clocks>(page, 'GET', `/tickets/${made.id}/service-levels`);
  expect(clocks.clocks.find((clock) => clock.metric === 'response')?.target_minutes).toBe(15);

  await test.step('the ticket tells why', async () => {
    await page.goto(`/tickets/${made.id}`);
    await settled(page);
    await expect(page.getByText('金牌投诉').first()).toBeVisible();
    await pictures(page, 'ticket-clocks');
    await page.getByRole('button', { name: '为什么是这个时间' }).first().click();
    await expect(dialog(page)).toContainText('适用“金牌投诉”');
    await expect(dialog(page)).toContainText('因此应在');
    await expectAccessible(page);
    await pictures(page, 'why-this-deadline');
  });

  await test.step('also on a phone', async () => {
    await page.setViewportSize(PHONE);
    await page.goto('/settings/sla');
    await settled(page);
    await expectFits(page);
    await page.getByRole('button', { name: '编辑 金牌投诉' }).click();
    await expect(dialog(page)).toBeVisible();
    await expectFits(page);
    await pictures(page, 'service-level-phone');
  });
});
