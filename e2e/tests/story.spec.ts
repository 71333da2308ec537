/**
 * The whole story of one fault, told by the people who live it, each in a browser of their own:
 * QR form → ticket → dispatch → field page → signature → quote approved → paid → survey → closed,
 * while the manager's cockpit changes live.
 */
import type { Page } from '@playwright/test';
import { dialog, panel, sign } from '../support/steps.ts';
import { expect, expectAccessible, expectFits, pictures, test } from '../support/test.ts';

interface Device {
  id: string;
  serial_number: string;
  product_name: string | null;
  qr_token: string | null;
  warranty_ends_on: string | null;
}

/** An elevator that nobody pays for any more, so that the work must be quoted. */
async function uncoveredElevator(page: Page): Promise<Device> {
  const list = await page.request.get('/api/v1/devices?limit=200');
  expect(list.status(), await list.text()).toBe(200);
  const { items } = (await list.json()) as { items: Device[] };
  for (const device of items) {
    if (device.qr_token === null || !(device.product_name ?? '').includes('电梯')) continue;
    const answer = await page.request.get(`/api/v1/devices/${device.id}/warranty`);
    const verdict = (await answer.json()) as { in_warranty: boolean | null };
    if (verdict.in_warranty === false) return device;
  }
  throw new Error('every elevator of the demo company is covered');
}

test('a fault goes from the QR code to a closed ticket, and the cockpit follows', async ({ person, server }) => {
  test.setTimeout(360_000);
  await server.complete();
  const manager = await person({ as: server.person('manager') });
  await expect(manager.getByRole('heading', { name: '服务驾驶舱' })).toBeVisible();
  const newToday = manager.getByText('今日新建').locator('..').getByRole('link').first();
  const before = Number(await newToday.textContent());
  await manager.evaluate(() => Object.assign(window, { stillHere: true }));
  const device = await uncoveredElevator(manager);

  // The customer stands before the elevator.
  const customer = await person({ phone: true });
  await customer.goto(`/s/${device.qr_token}`);
  await expect(customer.getByText(device.serial_number)).toBeVisible();
  await expectFits(customer);
  await expectAccessible(customer);
  await pictures(customer, 'story-1-report');
  await customer.getByRole('checkbox', { name: '异响或震动' }).check();
  await customer.getByLabel('补充说明').fill('三楼经过时有明显的咯噔声，乘客害怕。');
  await customer.getByLabel('姓名').fill('周女士');
  await customer.getByLabel('电话').fill('13900001111');
  await customer.getByRole('button', { name: '提交报修' }).click();
  await expect(customer.getByRole('heading', { name: '已收到您的报修' })).toBeVisible();
  const told = (await customer.getByText(/工单号 T-/).textContent()) ?? '';
  const number = /T-\d{4}-\d{6}/.exec(told)?.[0] ?? '';
  expect(number).not.toBe('');
  await customer.getByRole('link', { name: '查看进度' }).click();
  await expect(customer.getByRole('region', { name: '服务进度' })).toContainText('我们已收到');
  await expectAccessible(customer);

  await test.step('the cockpit counts it without a reload', async () => {
    await expect(newToday).toHaveText(String(before + 1));
    expect(await manager.evaluate(() => 'stillHere' in window)).toBe(true);
  });

  // The dispatcher sends 陈志强, who is the engineer that can sign in.
  const dispatcher = await person({ as: server.person('dispatcher') });
  await dispatcher.goto('/tickets');
  await dispatcher.getByRole('link', { name: number }).first().click();
  await expect(dispatcher.getByText('咯噔声').first()).toBeVisible();
  await expectAccessible(dispatcher);
  await dispatcher.getByRole('button', { name: '查看推荐' }).click();
  const choice = dispatcher.getByRole('listitem').filter({ hasText: /^\d+\. 陈志强/ });
  await choice.getByRole('button', { name: '派给他' }).click();
  const override = dialog(dispatcher);
  await expect(override.or(dispatcher.getByText('已派单').first())).toBeVisible();
  if (await override.isVisible()) {
    await override.getByRole('textbox').fill('熟悉这台电梯');
    await override.getByRole('button', { name: /^确\s?[定认]$/ }).click();
  }
  await expect(dispatcher.getByText('已派单').first()).toBeVisible();
  await pictures(dispatcher, 'story-2-dispatched');

  // The engineer, on a phone.
  const engineer = await person({ phone: true, as: server.person('engineer') });
  await engineer.goto('/field');
  const job = engineer.getByRole('link').filter({ hasText: number });
  if (!(await job.isVisible().catch(() => false))) await engineer.getByRole('link', { name: '全部' }).click();
  await job.click();
  await expect(engineer.getByRole('heading', { name: number })).toBeVisible();
  await expectFits(engineer);
  await expectAccessible(engineer);
  await engineer.getByRole('button', { name: '接受任务' }).click();
  await engineer.getByRole('button', { name: /^出\s?发$/ }).click();
  await engineer.getByRole('button', { name: '到达签到' }).click();
  await expect(engineer.getByRole('button', { name: '完成离场' })).toBeVisible();
  await expect(customer.getByRole('region', { name: '服务进度' })).toContainText('正在为您服务', { timeout: 30_000 });

  const checklist = engineer.getByRole('region', { name: '检查项' });
  for (const entry of await checklist.getByRole('checkbox').all()) {
    // Each tick is first kept on the phone, and shown as done only then.
    await entry.click();
    await expect(entry).toBeChecked();
  }
  const parts = engineer.getByRole('region', { name: '使用备件' });
  await parts.getByRole('button', { name: '添加备件' }).click();
  await parts.locator('button.f-pick').first().click();
  await parts.getByRole('button', { name: /^添\s?加$/ }).click();
  const time = engineer.getByRole('region', { name: '工时与路程' });
  await time.getByRole('button', { name: '登记时间' }).click();
  await time.getByLabel('分钟').fill('90');
  await time.getByRole('button', { name: /^添\s?加$/ }).click();
  const result = engineer.getByRole('region', { name: '处理结果' });
  await result.getByRole('radio', { name: '已修好' }).check();
  await result.getByLabel('处理说明').fill('导靴磨损，已更换并试运行正常。');
  await result.getByRole('button', { name: '保存结果' }).click();
  const signature = engineer.getByRole('region', { name: '客户签名' });
  await signature.getByLabel('签名人姓名').fill('周女士');
  await sign(signature.locator('canvas'));
  await signature.getByRole('button', { name: '保存签名' }).click();
  await expect(signature.getByText(/周女士 已于/)).toBeVisible();
  await expectAccessible(engineer);
  await pictures(engineer, 'story-3-signed');
  await engineer.getByRole('button', { name: '完成离场' }).click();
  const leaving = dialog(engineer);
  await expect(leaving.getByText('都已填写')).toBeVisible();
  await leaving.getByRole('button', { name: '完成离场' }).click();
  await expect(engineer.getByText('此次上门已完成')).toBeVisible();

  // Out of warranty: a quote from the price list, sent by finance.
  const finance = await person({ as: server.person('finance') });
  await finance.goto('/tickets');
  await finance.getByRole('link', { name: number }).first().click();
  await expect(finance.getByText('已解决').first()).toBeVisible();
  const quotes = panel(finance, '报价');
  await quotes.getByRole('button', { name: '生成报价' }).click();
  await quotes.getByRole('link').first().click();
  await finance.getByRole('button', { name: '发给客户' }).click();
  await dialog(finance).getByRole('button', { name: /^确\s?[定认]$/ }).click();
  await expect(finance.getByText('待客户确认').first()).toBeVisible();
  await pictures(finance, 'story-4-quote');

  // The customer approves on the same page, which follows by itself.
  const quote = customer.getByRole('region', { name: '报价' });
  await expect(quote.getByRole('button', { name: '同意报价' })).toBeVisible({ timeout: 30_000 });
  await quote.getByLabel('您的姓名').fill('周女士');
  await quote.getByRole('button', { name: '同意报价' }).click();
  await expect(customer.getByText(/周女士 已于.*同意/)).toBeVisible();

  await test.step('finance sees the approval live and records the payment', async () => {
    await expect(finance.getByText('已同意').first()).toBeVisible();
    await finance.getByRole('button', { name: '登记收款' }).click();
    const drawer = dialog(finance);
    await drawer.getByRole('button', { name: /^(保\s?存|登记收款)$/ }).click();
    await expect(finance.getByText('已付款').first()).toBeVisible();
  });

  const survey = customer.getByRole('region', { name: '服务评价' });
  await expect(survey).toBeVisible({ timeout: 30_000 });
  await survey.getByRole('radio', { name: '很满意', exact: true }).check();
  await survey.getByRole('radio', { name: '9', exact: true }).check();
  await survey.getByLabel('想对我们说的话（选填）').fill('来得很快，讲解清楚。');
  await survey.getByRole('button', { name: '提交评价' }).click();
  await expect(customer.getByRole('heading', { name: '感谢您的评价！' })).toBeVisible();
  await expectAccessible(customer);
  await pictures(customer, 'story-5-thanks');

  // Everything is there: the agent closes it.
  const agent = await person({ as: server.person('agent') });
  await agent.goto('/tickets');
  await agent.getByRole('link', { name: number }).first().click();
  await agent.getByRole('button', { name: /^关\s?闭$/ }).click();
  await dialog(agent).getByRole('button', { name: /^确\s?[定认]$/ }).click();
  await expect(agent.getByText('已关闭').first()).toBeVisible();
  await expect(customer.getByRole('region', { name: '服务进度' })).toContainText('问题已解决', { timeout: 30_000 });

  await test.step('the figure opens exactly the tickets behind it', async () => {
    expect(await manager.evaluate(() => 'stillHere' in window)).toBe(true);
    await newToday.click();
    await expect(manager.getByRole('link', { name: number }).first()).toBeVisible();
    await pictures(manager, 'story-6-behind-the-figure');
  });
});
