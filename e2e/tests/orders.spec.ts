/** Orders: lines whose sum is the amount, invoices that must be it, and where the customer's page shows them. */
import type { Page } from '@playwright/test';
import { call, dialog, pick, save, send, settled } from '../support/steps.ts';
import { expect, expectAccessible, expectFits, PHONE, pictures, test } from '../support/test.ts';

interface Order {
  id: string;
  number: string;
  kind: string;
  status: string;
  title: string;
  total_minor: number;
  paid_minor: number;
  lines: { text: string; quantity: string; amount_minor: number }[];
}

async function customer(page: Page, name: string): Promise<string> {
  const made = await send(page, 'POST', '/customers', { name, kind: 'company', level: 'standard' });
  expect(made.status(), await made.text()).toBe(201);
  return ((await made.json()) as { id: string }).id;
}

async function line(page: Page, n: number, text: string, quantity: string, price: string): Promise<void> {
  const form = dialog(page);
  await form.getByRole('button', { name: '添加明细' }).click();
  await form.getByRole('textbox', { name: `第 ${n} 行 内容` }).fill(text);
  await form.getByRole('spinbutton', { name: `第 ${n} 行 数量` }).fill(quantity);
  await form.getByRole('spinbutton', { name: `第 ${n} 行 单价` }).fill(price);
}

const facts = (page: Page) => page.locator('dl.facts').first();

test('an order with lines costs their sum, goes its way, and stands at its customer', async ({ person, server }) => {
  test.setTimeout(240_000);
  const page = await person({ as: server.person('admin') });
  const id = await customer(page, '订单客户甲');

  await page.goto('/orders');
  await settled(page);
  await page.getByRole('button', { name: '新建订单、线索或发票' }).first().click();
  await expect(dialog(page).getByLabel('已付')).toHaveCount(0);
  await pick(dialog(page).getByRole('combobox', { name: '客户' }), '订单客户甲', '订单客户甲');
  await dialog(page).getByLabel('标题').fill('电梯更新改造');
  await expect(dialog(page).getByLabel('金额')).toBeVisible();
  await line(page, 1, '变频器', '1.5', '100.10');
  await line(page, 2, '门机皮带', '3', '20.50');
  await test.step('with lines nobody types the amount', async () => {
    await expect(dialog(page).getByLabel('金额', { exact: true })).toHaveCount(0);
    await expect(dialog(page).getByText('合计 ¥211.65')).toBeVisible();
  });
  await expectAccessible(page);
  await save(page).click();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
  await settled(page);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/PO-\d{4}-\d+/);
  await expect(page.getByRole('row', { name: /变频器/ })).toContainText('¥150.15');
  await expect(page.getByRole('row', { name: /门机皮带/ })).toContainText('¥61.50');
  await expect(page.getByRole('row', { name: /^金额/ })).toContainText('¥211.65');
  await expect(facts(page)).toContainText('¥211.65');
  const order = page.url().split('/').pop() ?? '';
  const stored = () => call<Order>(page, 'GET', `/orders/${order}`);
  expect((await stored()).total_minor).toBe(21_165);
  await expectAccessible(page);
  await pictures(page, 'orders-order');

  await test.step('another quantity is another sum', async () => {
    await page.getByRole('button', { name: /^编\s?辑$/ }).click();
    await dialog(page).getByRole('spinbutton', { name: '第 1 行 数量' }).fill('2');
    await expect(dialog(page).getByText('合计 ¥261.70')).toBeVisible();
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(page.getByRole('row', { name: /^金额/ })).toContainText('¥261.70');
    expect((await stored()).total_minor).toBe(26_170);
  });

  await test.step('it is confirmed, and its history says so', async () => {
    await page.getByRole('button', { name: '改为“已确认”' }).click();
    await expect(page.getByRole('button', { name: '改为“已交付”' })).toBeVisible();
    expect((await stored()).status).toBe('confirmed');
    await page.reload();
    await settled(page);
    await expect(page.locator('.timeline')).toContainText('修改了订单');
    await expect(page.locator('.timeline')).toContainText('草稿');
  });

  await test.step('the customer has it', async () => {
    const { number } = await stored();
    await page.goto(`/customers/${id}`);
    await settled(page);
    await expect(page.getByRole('link', { name: number })).toBeVisible();
    await page.getByRole('link', { name: number }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(number);
  });

  await test.step('the list finds it by kind and customer, on a phone too', async () => {
    const filter = JSON.stringify({ field: 'customer_id', op: 'eq', value: id });
    await page.goto(`/orders?filter=${encodeURIComponent(filter)}`);
    await settled(page);
    await expect(page.getByText('电梯更新改造')).toHaveCount(1);
    await page.setViewportSize(PHONE);
    await settled(page);
    await expect(page.getByText('电梯更新改造')).toBeVisible();
    await expectFits(page);
    await expectAccessible(page);
  });
});

test('a line that says nothing is refused beside it, and nothing typed is lost', async ({ person, server }) => {
  test.setTimeout(120_000);
  const page = await person({ as: server.person('admin') });
  await customer(page, '订单客户丙');
  await page.goto('/orders');
  await settled(page);
  await page.getByRole('button', { name: '新建订单、线索或发票' }).first().click();
  await pick(dialog(page).getByRole('combobox', { name: '客户' }), '订单客户丙', '订单客户丙');
  await dialog(page).getByLabel('标题').fill('没写完的订单');
  await line(page, 1, '曳引机', '1', '9000');
  await dialog(page).getByRole('button', { name: '添加明细' }).click();
  await save(page).click();
  await expect(dialog(page).getByText('请填写内容')).toBeVisible();
  await expect(page.getByRole('textbox', { name: '第 1 行 内容' })).toHaveValue('曳引机');
  await expectAccessible(page);
  await page.getByRole('button', { name: '移除第 2 行' }).click();
  await save(page).click();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
  await expect(facts(page)).toContainText('¥9,000.00');
});

test('an invoice is refused when its amount is not the sum of its lines, and paid in full it is paid', async ({
  person,
  server,
}) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('finance') });
  const admin = await person({ as: server.person('admin') });
  const id = await customer(admin, '订单客户乙');
  const invoice = {
    kind: 'invoice',
    status: 'issued',
    customer_id: id,
    title: '维保季度款',
    lines: [
      { text: '季度维保', quantity: '3', unit_price_minor: 120_050, device_ids: [] },
      { text: '润滑油', quantity: '0.5', unit_price_minor: 3_333, device_ids: [] },
    ],
  };
  const wrong = await send(page, 'POST', '/orders', { ...invoice, total_minor: 360_150 });
  expect(wrong.status()).toBe(422);
  expect(await wrong.text()).toContain('not_the_sum');
  const made = await send(page, 'POST', '/orders', { ...invoice, total_minor: 361_817 });
  expect(made.status(), await made.text()).toBe(201);
  const order = (await made.json()) as Order;
  expect(order.lines.map((one) => one.amount_minor)).toEqual([360_150, 1_667]);

  await page.goto(`/orders/${order.id}`);
  await settled(page);
  await expect(facts(page)).toContainText('¥3,618.17');
  await page.getByRole('button', { name: /^编\s?辑$/ }).click();
  await dialog(page).getByLabel('已付').fill('3618.17');
  await save(page).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect.poll(async () => (await call<Order>(page, 'GET', `/orders/${order.id}`)).status).toBe('paid');
  await expect(facts(page)).toContainText('¥0.00');
  await expect(page.getByText('已付清', { exact: true }).first()).toBeVisible();
});

test('a lead is made with its status, and the kinds are a click away', async ({ person, server }) => {
  test.setTimeout(120_000);
  const page = await person({ as: server.person('manager') });
  const admin = await person({ as: server.person('admin') });
  await customer(admin, '订单客户丁');
  await page.goto('/orders');
  await settled(page);
  await page.getByRole('button', { name: '新建订单、线索或发票' }).first().click();
  await pick(dialog(page).getByRole('combobox', { name: '类型' }), /^线索$/);
  await pick(dialog(page).getByRole('combobox', { name: '状态' }), /^跟进中$/);
  await pick(dialog(page).getByRole('combobox', { name: '客户' }), '订单客户丁', '订单客户丁');
  await dialog(page).getByLabel('标题').fill('加装能量回馈装置');
  await dialog(page).getByLabel('金额').fill('32000');
  await save(page).click();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
  await settled(page);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/LD-/);
  await expect(facts(page)).toContainText('¥32,000.00');
  await page.getByRole('button', { name: '改为“已成交”' }).click();
  await expect(page.getByText('已成交', { exact: true }).first()).toBeVisible();
  await page.goto('/orders');
  await settled(page);
  await page.getByRole('button', { name: '线索', exact: true }).click();
  await expect(page).toHaveURL(/filter=/);
  await settled(page);
  await expect(page.getByText('加装能量回馈装置').first()).toBeVisible();
});
