/** Maintenance plans and what they bring, renewals that become leads, and the warranty anybody may look up. */
import type { Page } from '@playwright/test';
import { call, day, dialog, pick, save, settled } from '../support/steps.ts';
import { DESKTOP, expect, expectAccessible, expectFits, PHONE, pictures, test, type Language } from '../support/test.ts';

const customer = (page: Page, name: string) =>
  call<{ id: string }>(page, 'POST', '/customers', { name, kind: 'company', level: 'standard' });

test('a plan by time tells when its devices are due, makes their tickets, and shows the work ahead', async ({
  person,
  server,
}) => {
  test.setTimeout(240_000);
  const page = await person({ as: server.person('admin') });
  const owner = await customer(page, '保养客户甲');
  const product = await call<{ id: string }>(page, 'POST', '/products', { code: 'PLAN-1', name: '计划用扶梯' });
  for (const serial of ['PLAN-A1', 'PLAN-A2']) {
    await call(page, 'POST', '/devices', { serial_number: serial, customer_id: owner.id, product_id: product.id });
  }

  await page.goto('/maintenance');
  await settled(page);
  await page.getByRole('button', { name: '新建保养计划' }).first().click();
  await dialog(page).getByLabel('名称', { exact: true }).fill('扶梯季度保养');
  await dialog(page).getByLabel('每几个月').fill('3');
  await pick(dialog(page).getByRole('combobox', { name: '产品' }), '计划用扶梯', '计划用扶梯');
  await dialog(page).getByLabel('工单标题').fill('扶梯例行保养');
  await expectAccessible(page);
  await save(page).click();
  await expect(page).toHaveURL(/\/maintenance\/[0-9a-f-]{36}$/);
  const id = page.url().split('/').pop() ?? '';

  await test.step('the ticket of the first round is made at once, since it is due today', async () => {
    interface Planned {
      serial_number: string;
      open_ticket_id: string | null;
    }
    const made = async () =>
      (await call<Planned[]>(page, 'GET', `/maintenance-plans/${id}/devices`)).filter((one) => one.open_ticket_id !== null)
        .length;
    await expect.poll(made, { timeout: 30_000 }).toBe(2);
    await page.reload();
    await settled(page);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('扶梯季度保养');
    await expect(page.getByText('每 3 个月').first()).toBeVisible();
    await expect(page.getByRole('heading', { name: '计划内设备（2）' })).toBeVisible();
    for (const serial of ['PLAN-A1', 'PLAN-A2']) {
      const row = page.getByRole('listitem').filter({ hasText: serial });
      await expect(row.getByRole('link', { name: /^T-\d/ })).toBeVisible();
      await expect(row).toContainText('保养客户甲');
    }
    await expectAccessible(page);
    await pictures(page, 'plans-plan');
  });

  await test.step('the work of the next months is told', async () => {
    await page.goto('/maintenance');
    await settled(page);
    await page.getByRole('button', { name: '显示工作量' }).click();
    await expect(page.getByRole('heading', { name: '未来 12 个月工作量' })).toBeVisible();
    const months = page.getByRole('row').filter({ hasText: '扶梯季度保养 2' });
    await expect(months.first()).toBeVisible();
    expect(await months.count()).toBeGreaterThanOrEqual(3);
    await expectAccessible(page);
    await page.setViewportSize(PHONE);
    await settled(page);
    await expectFits(page);
    await expectAccessible(page);
    await page.setViewportSize(DESKTOP);
  });
});

test('a plan by meter tells which rhythm makes its device due', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const owner = await customer(page, '保养客户乙');
  const device = await call<{ id: string }>(page, 'POST', '/devices', {
    serial_number: 'PLAN-B1',
    customer_id: owner.id,
  });
  const meter = await call<{ id: string }>(page, 'POST', `/devices/${device.id}/meters`, {
    name: '运行小时',
    unit: 'h',
    kind: 'counter',
  });
  for (const [back, value] of [
    [-20, 0],
    [-10, 400],
    [-1, 760],
  ] as const) {
    const at = new Date(Date.now() + back * 86_400_000).toISOString();
    await call(page, 'POST', `/devices/${device.id}/meters/${meter.id}/readings`, { at, value });
  }
  await page.goto('/maintenance');
  await settled(page);
  await page.getByRole('button', { name: '新建保养计划' }).first().click();
  await dialog(page).getByLabel('名称', { exact: true }).fill('按小时或一年保养');
  await dialog(page).getByLabel('每几个月').fill('12');
  await dialog(page).getByLabel('仪表名称').fill('运行小时');
  await dialog(page).getByLabel('读数每增加').fill('2000');
  await dialog(page).getByLabel('提前几天生成工单').fill('0');
  await dialog(page).getByRole('radio', { name: '指定设备' }).check();
  await pick(dialog(page).getByRole('combobox', { name: '设备' }), 'PLAN-B1', 'PLAN-B1');
  await dialog(page).getByLabel('工单标题').fill('按小时保养');
  await save(page).click();
  await expect(page).toHaveURL(/\/maintenance\/[0-9a-f-]{36}$/);
  await settled(page);
  await expect(page.getByText('每 12 个月 或 运行小时每增加 2000').first()).toBeVisible();
  const row = page.getByRole('listitem').filter({ hasText: 'PLAN-B1' });
  await expect(row).toBeVisible();
  await expectFits(page);
});

test('a warranty that ends soon becomes one lead, however often one clicks', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const owner = await customer(page, '续约客户甲');
  await call(page, 'POST', '/devices', {
    serial_number: 'RENEW-1',
    customer_id: owner.id,
    warranty_starts_on: day(-700),
    warranty_ends_on: day(20),
  });
  for (const [number, left] of [
    [2, 40],
    [3, 41],
  ] as const) {
    await call(page, 'POST', '/devices', {
      serial_number: `RENEW-${number}`,
      customer_id: owner.id,
      warranty_ends_on: day(left),
    });
  }
  await page.goto('/renewals');
  await settled(page);
  await page.getByPlaceholder('序列号、合同编号或名称').fill('RENEW-');
  await expect(page.getByRole('row', { name: /RENEW-/ })).toHaveCount(3);
  await page.getByRole('button', { name: '30 天内', exact: true }).click();
  await expect(page.getByRole('row', { name: /RENEW-/ })).toHaveCount(1);
  const row = page.getByRole('row', { name: /RENEW-1/ });
  await expect(row).toContainText('剩 20 天');
  await expectAccessible(page);
  await row.getByRole('button', { name: '生成续约线索 RENEW-1' }).click();
  await dialog(page).getByLabel('备注').fill('客户希望延保两年');
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: '生成续约线索' }).dblclick();
  await expect(dialog(page)).toHaveCount(0);
  await expect(row.getByRole('link', { name: /^线索 LD-/ })).toBeVisible();
  await expect(row.getByRole('button')).toHaveCount(0);

  const filter = encodeURIComponent(JSON.stringify({ field: 'customer_id', op: 'eq', value: owner.id }));
  const leads = async () =>
    (await call<{ items: { kind: string; note: string | null }[] }>(page, 'GET', `/orders?filter=${filter}`)).items;
  expect(await leads()).toHaveLength(1);
  expect((await leads())[0]?.kind).toBe('lead');

  await test.step('who had the page open before gets the same lead', async () => {
    const devices = await call<{ items: { id: string }[] }>(page, 'GET', '/devices?q=RENEW-1');
    await call(page, 'POST', '/renewals/offer', { device_id: devices.items[0]?.id });
    expect(await leads()).toHaveLength(1);
  });

  await test.step('the lead says what it is about', async () => {
    await row.getByRole('link', { name: /^线索 LD-/ }).click();
    await settled(page);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/LD-/);
    await expect(page.getByText('客户希望延保两年').first()).toBeVisible();
    await expect(page.getByRole('link', { name: '续约客户甲' })).toBeVisible();
  });

  await test.step('several become leads at once, and what is without one can be asked for', async () => {
    await page.goto('/renewals?q=RENEW-');
    await settled(page);
    for (const number of [1, 2, 3]) await page.getByRole('row', { name: `RENEW-${number}` }).getByRole('checkbox').check();
    await page.getByRole('button', { name: '为所选生成线索' }).click();
    await expect(dialog(page)).toContainText('为 2 项生成续约线索');
    await dialog(page).getByRole('button', { name: '生成续约线索' }).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(page.getByRole('link', { name: /^线索 LD-/ })).toHaveCount(3);
    expect(await leads()).toHaveLength(3);
    await page.getByRole('button', { name: '尚无线索', exact: true }).click();
    await expect(page.getByRole('row', { name: /RENEW-/ })).toHaveCount(0);
    await page.getByRole('button', { name: '尚无线索', exact: true }).click();
  });

  await test.step('the list is made for the phone', async () => {
    await page.setViewportSize(PHONE);
    await page.goto('/renewals');
    await settled(page);
    await expectFits(page);
    await expectAccessible(page);
    await pictures(page, 'plans-renewals');
  });
});

for (const language of ['zh-CN', 'en'] satisfies Language[]) {
  test(`anybody looks up a warranty without signing in, in ${language}`, async ({ person, server, complaints }) => {
    test.setTimeout(120_000);
    complaints.allow(/status of 404 .*\/api\/v1\/public\/warranty/);
    const admin = await person({ as: server.person('admin') });
    const serial = `PUBLIC-${language}`;
    await call(admin, 'POST', '/devices', {
      serial_number: serial,
      warranty_starts_on: day(-100),
      warranty_ends_on: day(265),
    });
    const page = await person({ language });
    await page.goto('/w');
    const check = page.getByRole('button', { name: /^(查\s?询|Check)$/ });
    await expect(check).toBeVisible();
    for (const size of [DESKTOP, PHONE]) {
      await page.setViewportSize(size);
      await expectFits(page);
      await expectAccessible(page);
    }
    await page.getByLabel(/^(序列号|Serial number)$/).fill('NOPE-404');
    await check.click();
    await expect(page.getByText(/没有找到这台设备|There is no such device/)).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel(/^(序列号|Serial number)$/).fill(serial);
    await check.click();
    await expect(page.getByRole('heading', { name: serial })).toBeVisible();
    const result = page.getByRole('region', { name: /^(查询结果|Result)$/ });
    await expect(result).toContainText(day(265));
    await expect(result).toContainText(/保修期内|In warranty/i);
    await expectFits(page);
    await expectAccessible(page);
    await pictures(page, `plans-warranty-${language}`);
  });
}
