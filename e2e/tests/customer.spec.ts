/** Everything about one customer on one page: changed where it stands, found by any phone, merged, separated, given out, erased. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { call, dialog, digits, more, panel, pick, save, settled } from '../support/steps.ts';
import { DESKTOP, expect, expectAccessible, expectFits, faults, PHONE, test } from '../support/test.ts';

interface Customer {
  id: string;
  version: number;
  name: string;
  archived_at: string | null;
}

const customer = (page: Page, name: string, more: Record<string, unknown> = {}) =>
  call<Customer>(page, 'POST', '/customers', { name, kind: 'company', level: 'standard', ...more });

async function open(page: Page, { id, name }: Pick<Customer, 'id' | 'name'>): Promise<void> {
  await page.goto(`/customers/${id}`);
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  await settled(page);
}

test('facts are changed where they stand, and a second phone finds the customer on the intake page', async ({
  person,
  server,
  complaints,
}) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const tail = digits();
  const one = await customer(page, `云帆酒店${tail}`, { phone: `0571${tail}` });
  await open(page, one);

  await test.step('the level is changed in its place, and only it', async () => {
    await page.getByRole('button', { name: '编辑 客户等级' }).click();
    const place = page.getByRole('group', { name: '客户等级' });
    await pick(place.getByRole('combobox'), '贵宾');
    await place.getByRole('button', { name: /^保\s?存$/ }).click();
    await expect(place).toHaveCount(0);
    await expect(page.locator('.page-head').getByText('贵宾')).toBeVisible();
    await expect(page.getByRole('button', { name: '编辑 客户等级' }), 'the keyboard goes on where it was').toBeFocused();
  });

  await test.step('what the server refuses stands beside the number', async () => {
    complaints.allow(/status of 422 .*\/api\/v1\/customers\//);
    await page.getByRole('button', { name: '编辑 电话' }).click();
    const place = page.getByRole('group', { name: '电话', exact: true });
    await place.getByRole('button', { name: '添加电话' }).click();
    await place.getByLabel('电话号码 2').fill('总机');
    await place.getByLabel(/用途.* 2$/).fill('值班室');
    await place.getByRole('button', { name: /^保\s?存$/ }).click();
    await expect(place.getByText('电话格式不正确')).toBeVisible();
    await expect(place.getByLabel(/用途.* 2$/), 'what was typed is kept').toHaveValue('值班室');
    await expectAccessible(page);
    await place.getByLabel('电话号码 2').fill(`139${tail}`);
    await place.getByRole('button', { name: /^保\s?存$/ }).click();
    await expect(place).toHaveCount(0);
    await expect(page.getByRole('link', { name: `139${tail}` })).toBeVisible();
    await expect(panel(page, '基本信息').getByText('值班室')).toBeVisible();
  });

  await test.step('a contact and a site are added', async () => {
    await page.getByRole('button', { name: '添加联系人' }).click();
    await dialog(page).getByLabel('姓名').fill('陆晓');
    await dialog(page).getByLabel('电话').fill(`136${tail}`);
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(panel(page, '联系人').getByText('陆晓')).toBeVisible();
    await page.getByRole('button', { name: '添加服务地址' }).click();
    await dialog(page).getByLabel('名称').fill('湖滨店');
    await dialog(page).getByLabel('纬度').fill('30.25');
    await dialog(page).getByLabel('经度').fill('120.16');
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(panel(page, '服务地址').getByRole('listitem').filter({ hasText: '湖滨店' })).toBeVisible();
    await expect(panel(page, '服务地址').getByRole('img', { name: '位置分布图，共 1 处' })).toBeVisible();
  });

  await test.step('whoever calls from the second number or the contact’s is known at once', async () => {
    await page.goto('/intake');
    const box = page.getByRole('textbox', { name: '电话、序列号、客户或工单号' });
    for (const number of [`139${tail}`, `136${tail}`]) {
      await box.fill(number);
      await expect(page.locator('.found').getByText(one.name)).toBeVisible();
      await box.fill('');
      await expect(page.locator('.found')).toHaveCount(0);
    }
    // A telephone system opens this address when somebody calls.
    await page.goto(`/intake?q=139${tail}`);
    await expect(page.locator('.found').getByText('陆晓')).toBeVisible();
    await expectAccessible(page);
    await page.locator('.found').getByRole('link', { name: one.name }).click();
    await expect(page).toHaveURL(new RegExp(`/customers/${one.id}$`));
  });
});

test('two records of one customer are merged after a preview, and separated again', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const tail = digits();
  const keep = await customer(page, `启明医院${tail}`, { phone: `0512${tail}` });
  const goes = await customer(page, `启明医院${tail}有限公司`, { phone: `0512${tail}`, email: `desk${tail}@customer.example` });
  const serial = `MRI-${tail}`;
  await call(page, 'POST', '/devices', { serial_number: serial, customer_id: goes.id });
  await call(page, 'POST', `/customers/${goes.id}/contacts`, { name: '方敏', phone: `135${tail}` });

  await test.step('the page says that there may be two of it, and why', async () => {
    await open(page, keep);
    await expect(page.getByText('可能与 1 个客户重复')).toBeVisible();
    await page.getByRole('button', { name: /^查\s?看$/ }).click();
    const drawer = dialog(page, '重复客户');
    await expect(drawer.getByText('相同：电话、名称')).toBeVisible();
    await expect(drawer.getByText('0 个工单 · 1 台设备')).toBeVisible();
    await drawer.getByRole('button', { name: `合并 ${goes.name}` }).click();
  });

  await test.step('the preview says what goes along, and lets people choose what stays', async () => {
    const preview = dialog(page, '合并客户');
    await expect(preview.getByText(/联系人 1/)).toBeVisible();
    await expect(preview.getByText(/设备 1/)).toBeVisible();
    await preview.getByRole('radio', { name: `desk${tail}@customer.example` }).check();
    await expectAccessible(page);
    await preview.getByRole('button', { name: /^合\s?并$/ }).click();
    await expect(preview).toHaveCount(0);
    const drawer = dialog(page, '重复客户');
    await expect(drawer.getByText('已合并', { exact: true })).toBeVisible({ timeout: 30_000 });
    await drawer.getByRole('button', { name: /关闭|Close/ }).first().click();
    await expect(drawer).toHaveCount(0);
  });

  await test.step('device, contact and e-mail are here now, without a reload', async () => {
    await expect(panel(page, '设备').getByRole('link', { name: serial })).toBeVisible({ timeout: 30_000 });
    await expect(panel(page, '联系人').getByText('方敏')).toBeVisible();
    await expect(page.getByRole('link', { name: `desk${tail}@customer.example` })).toBeVisible();
    await expect(page.locator('.timeline').getByText('并入了另一个客户')).toBeVisible();
  });

  await test.step('the other one says where it went', async () => {
    await open(page, goes);
    await expect(page.getByText('已合并到')).toBeVisible();
    await expect(page.getByRole('button', { name: /^编\s?辑$/ })).toBeDisabled();
    await expect(page.locator('.page-head').getByRole('button', { name: '新建工单' })).toBeDisabled();
    await expect(page.getByRole('button', { name: '添加联系人' })).toHaveCount(0);
    await page.getByRole('link', { name: keep.name, exact: true }).first().click();
    await expect(page.getByRole('heading', { name: keep.name, exact: true, level: 1 })).toBeVisible();
  });

  await test.step('the merge is taken back', async () => {
    await more(page, '重复客户');
    const drawer = dialog(page, '重复客户');
    await drawer.getByRole('button', { name: '撤销合并' }).click();
    await dialog(page, '撤销合并').getByRole('button', { name: /^确\s?[定认]$/ }).click();
    await expect(drawer.getByText('已撤销', { exact: true })).toBeVisible({ timeout: 30_000 });
    await drawer.getByRole('button', { name: /关闭|Close/ }).first().click();
    await expect(panel(page, '设备').getByRole('link', { name: serial })).toHaveCount(0, { timeout: 30_000 });
    await open(page, goes);
    await expect(panel(page, '设备').getByRole('link', { name: serial })).toBeVisible();
    await expect(panel(page, '联系人').getByText('方敏')).toBeVisible();
    await expect(page.getByText('已合并到')).toHaveCount(0);
    await expect(page.getByRole('button', { name: /^编\s?辑$/ })).toBeEnabled();
  });
});

test('groups and their companies lead to each other', async ({ person, server }) => {
  const page = await person({ as: server.person('admin') });
  const tail = digits();
  const group = await customer(page, `远航集团${tail}`);
  const company = await customer(page, `远航物业${tail}`);
  await open(page, company);
  await page.getByRole('button', { name: '编辑 上级客户' }).click();
  const place = page.getByRole('group', { name: '上级客户' });
  await pick(place.getByRole('combobox'), group.name, group.name);
  await place.getByRole('button', { name: /^保\s?存$/ }).click();
  await expect(place).toHaveCount(0);
  await page.locator('.page-head').getByRole('link', { name: group.name }).click();
  await expect(page.getByRole('heading', { name: group.name, level: 1 })).toBeVisible();
  await expect(panel(page, '上下级客户').getByRole('link', { name: company.name })).toBeVisible();
});

test('the timeline is narrowed to what people look for', async ({ person, server }) => {
  const page = await person({ as: server.person('admin') });
  const one = await customer(page, `松江学校${digits()}`);
  await call(page, 'POST', `/customers/${one.id}/contacts`, { name: '苏青' });
  await call(page, 'POST', `/customers/${one.id}/sites`, { name: '东校区' });
  await call(page, 'PATCH', `/customers/${one.id}`, { level: 'gold' }, one.version);
  await open(page, one);
  const events = page.locator('.timeline > li');
  await expect(events).toHaveCount(4);
  await expect(events.first()).toContainText('等级: 普通 → 金牌');
  await test.step('tickets stand among the events, and lead to themselves', async () => {
    const other = await person({ as: server.person('agent') });
    const ticket = await call<{ number: string }>(other, 'POST', '/tickets', {
      title: '教室空调漏水',
      type: 'repair',
      priority: 'normal',
      customer_id: one.id,
    });
    await expect(events).toHaveCount(5);
    await expect(events.first().getByRole('link', { name: `${ticket.number} 教室空调漏水` })).toBeVisible();
  });
  await pick(page.getByRole('combobox', { name: '内容' }), '联系人');
  await expect(events).toHaveCount(1);
  await expect(events.first()).toContainText('创建了联系人');
  await expect(events.first()).toContainText('苏青');
});

test('the page follows what others do with the customer’s tickets', async ({ person, server }) => {
  const page = await person({ as: server.person('admin') });
  const other = await person({ as: server.person('agent') });
  const one = await customer(page, `和平大厦${digits()}`);
  await open(page, one);
  await expect(panel(page, '工单').getByText('还没有工单')).toBeVisible();
  const ticket = await call<{ number: string }>(other, 'POST', '/tickets', {
    title: '三号梯困人',
    type: 'repair',
    priority: 'critical',
    customer_id: one.id,
  });
  await expect(panel(page, '工单').getByRole('link', { name: ticket.number })).toBeVisible();
  await expect(panel(page, '工单').getByText('三号梯困人')).toBeVisible();
});

test('personal data is given out as a file, and erased after two questions; the facts stay', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const tail = digits();
  const one = await customer(page, `贺兰${tail}`, { kind: 'person', phone: `137${tail}`, email: `he${tail}@customer.example` });
  const ticket = await call<{ id: string; number: string }>(page, 'POST', '/tickets', {
    title: '空调不制冷',
    type: 'repair',
    priority: 'normal',
    customer_id: one.id,
    contact_name: `贺兰${tail}`,
    contact_phone: `137${tail}`,
  });
  await open(page, one);

  await test.step('the file holds what is known about the person, and the timeline says that it was given out', async () => {
    await more(page, '导出个人信息');
    const wait = page.waitForEvent('download');
    await dialog(page, '导出个人信息').getByRole('button', { name: /^导\s?出$/ }).click();
    const download = await wait;
    expect(download.suggestedFilename()).toBe(`导出个人信息 ${one.name}.json`);
    const text = await readFile(await download.path(), 'utf8');
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    for (const known of [one.name, `137${tail}`, `he${tail}@customer.example`, ticket.number]) expect(text).toContain(known);
    await expect(dialog(page)).toHaveCount(0);
    await expect(page.locator('.timeline').getByText('导出了个人信息')).toBeVisible();
  });

  await test.step('erasing asks for a reason and for the name', async () => {
    await more(page, '抹除个人信息');
    const question = dialog(page, '抹除个人信息');
    await expect(question.getByText('抹除后不可恢复')).toBeVisible();
    const erase = question.getByRole('button', { name: '抹除个人信息' });
    await erase.click();
    await expect(question.getByText('请填写原因')).toBeVisible();
    await question.getByLabel('原因').fill('本人书面要求');
    await question.getByLabel(/^请输入客户名称/).fill('贺兰');
    await erase.click();
    await expect(question.getByText('与客户名称不一致')).toBeVisible();
    await expectAccessible(page);
    await expect(page.getByRole('heading', { name: one.name, level: 1 }), 'nothing has happened yet').toBeVisible();
    await question.getByLabel(/^请输入客户名称/).fill(one.name);
    await erase.click();
    await expect(question).toHaveCount(0);
  });

  await test.step('name and numbers are gone, the ticket and the reason stay', async () => {
    await expect(page.locator('.page-head').getByText('个人信息已抹除')).toBeVisible();
    await expect(page.getByRole('heading', { name: one.name })).toHaveCount(0);
    await expect(page.getByText(`137${tail}`)).toHaveCount(0);
    await expect(page.getByRole('button', { name: /^编\s?辑$/ })).toBeDisabled();
    await expect(panel(page, '工单').getByRole('link', { name: ticket.number })).toBeVisible();
    await expect(page.locator('.timeline').getByText('本人书面要求')).toBeVisible();
    const seen = () => call<{ contact_name: string | null; contact_phone: string | null }>(page, 'GET', `/tickets/${ticket.id}`);
    await expect.poll(async () => (await seen()).contact_phone, { timeout: 30_000 }).toBeNull();
    expect((await seen()).contact_name).toBeNull();
    await page.goto(`/intake?q=137${tail}`);
    await expect(page.getByText('没有找到')).toBeVisible();
  });
});

test('a role sees the sections that were laid out for it', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const one = await customer(page, `沙洲酒店${digits()}`);
  await open(page, one);
  await expect(panel(page, '满意度')).toBeVisible();
  await more(page, '页面布局');
  const drawer = dialog(page, '页面布局');
  await pick(drawer.getByRole('combobox', { name: '适用于' }), '客服');
  await drawer.getByRole('switch', { name: '此角色使用单独的布局' }).click();
  await drawer.getByRole('checkbox', { name: '显示“满意度”' }).uncheck();
  await drawer.getByRole('button', { name: '上移“设备”' }).click();
  await expectFits(page);
  await save(page).click();
  await expect(drawer).toHaveCount(0);

  const agent = await person({ as: server.person('agent') });
  await open(agent, one);
  await expect(panel(agent, '满意度')).toHaveCount(0);
  const headings = await agent.locator('.columns h2').allTextContents();
  const at = (name: string) => headings.findIndex((heading) => heading.startsWith(name));
  expect(at('设备'), headings.join()).toBeLessThan(at('工单'));
  await page.reload();
  await expect(panel(page, '满意度'), 'others see what they saw').toBeVisible();
});

for (const language of ['zh-CN', 'en'] as const) {
  test(`the page of a customer with a history at both widths in ${language}`, async ({ person, server }) => {
    test.setTimeout(300_000);
    await server.complete();
    const page = await person({ as: server.person('admin'), language });
    const { items } = await call<{ items: Customer[] }>(
      page,
      'GET',
      `/customers?q=${encodeURIComponent('锦绣花园物业服务中心')}&limit=20`,
    );
    const busy = items.find((one) => one.name === '锦绣花园物业服务中心');
    if (!busy) throw new Error('the demo company knows this customer');
    const found: string[] = [];
    for (const address of [`/customers/${busy.id}`, '/customers/duplicates']) {
      await page.setViewportSize(DESKTOP);
      await page.goto(address);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await settled(page);
      for (const size of [DESKTOP, PHONE]) {
        await page.setViewportSize(size);
        await settled(page);
        found.push(...(await faults(page)));
        const name = address.endsWith('duplicates') ? 'duplicates' : 'customer';
        await page.screenshot({ path: `test-results/pictures/${name}-${language}-${size.width}.png`, fullPage: true });
      }
    }
    await test.step('on a phone the profile comes first, in the order of the layout', async () => {
      await page.goto(`/customers/${busy.id}`);
      await settled(page);
      const first = page.locator('.columns h2').first();
      await expect(first).toHaveText(language === 'en' ? 'Profile' : '基本信息');
    });
    if (language === 'en') {
      const words = await page.locator('.columns h2').allTextContents();
      expect(words.filter((text) => /[\u4e00-\u9fff]/.test(text)), 'headings in Chinese').toEqual([]);
    }
    expect(found, 'what is wrong with pages').toEqual([]);
  });
}
