/** The electronic file of a device: components with terms of their own, the verdict explained, meters, handing over, scrapping, labels. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { call, day, dialog, digits, more, panel, pick, save, settled } from '../support/steps.ts';
import { DESKTOP, expect, expectAccessible, expectFits, faults, PHONE, test } from '../support/test.ts';

interface Device {
  id: string;
  serial_number: string;
}

/** A lift that was put in a year ago, with two years of warranty and five for its drive. */
async function lift(page: Page, facts: Record<string, unknown> = {}): Promise<Device> {
  const tail = digits();
  const product = await call<{ id: string }>(page, 'POST', '/products', {
    code: `EL-${tail}`,
    name: `乘客电梯 ${tail}`,
    warranty_months: 24,
    warranty: { start: 'installation', components: [{ name: '曳引机', months: 60 }] },
  });
  return call<Device>(page, 'POST', '/devices', {
    serial_number: `SN-${tail}`,
    product_id: product.id,
    installed_on: day(-365),
    ...facts,
  });
}

async function open(page: Page, { id, serial_number: serial }: Device): Promise<void> {
  await page.goto(`/devices/${id}`);
  await expect(page.getByRole('heading', { name: serial, level: 1 })).toBeVisible();
  await settled(page);
}

/** Types a day and leaves the field, as people do. */
async function fillDay(field: Locator, value: string): Promise<void> {
  await field.click();
  await field.fill(value);
  await field.press('Tab');
  await expect(field).toHaveValue(value);
}

test('a component with a warranty of its own stands in the explained verdict', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const device = await lift(page);
  await open(page, device);
  const warranty = panel(page, '保修');

  await test.step('the verdict says by which rule, from which day, and until when', async () => {
    const why = warranty.getByRole('list').first();
    await expect(why).toContainText('自安装日期起保修 24 个月');
    await expect(why).toContainText(`安装日期是 ${day(-365)}`);
    await expect(why.getByRole('listitem').last()).toContainText('结论：在保');
    await expect(warranty.getByRole('listitem').filter({ hasText: '曳引机' })).toContainText('保内');
  });

  await test.step('a part with a serial number and a warranty is registered', async () => {
    await page.getByRole('button', { name: '添加部件' }).click();
    await dialog(page).getByLabel('名称').fill('变频器');
    await dialog(page).getByLabel('序列号').fill('VFD-0042');
    await fillDay(dialog(page).getByLabel('保修至'), day(900));
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    const part = panel(page, '已安装部件').getByRole('listitem').filter({ hasText: '变频器' });
    await expect(part).toContainText('VFD-0042');
    await expect(part).toContainText(`保修至 ${day(900)}`);
    const covered = warranty.getByRole('listitem').filter({ hasText: '变频器' });
    await expect(covered).toContainText('VFD-0042');
    await expect(covered).toContainText('保内');
    await expectAccessible(page);
  });

  await test.step('on a day after the device’s own warranty the component is covered still', async () => {
    await fillDay(warranty.getByLabel('查询日期'), day(800));
    await expect(warranty.getByRole('list').first().getByRole('listitem').last()).toContainText('结论：不在保');
    await expect(warranty.getByRole('listitem').filter({ hasText: '变频器' })).toContainText('保内');
    await expect(warranty.getByRole('listitem').filter({ hasText: '曳引机' })).toContainText('保内');
  });

  await test.step('it is replaced, and the old one stays on file', async () => {
    await page.getByRole('button', { name: '更换 变频器' }).click();
    await dialog(page).getByLabel('序列号').fill('VFD-0077');
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    const parts = panel(page, '已安装部件');
    await expect(parts.getByRole('listitem').filter({ hasText: 'VFD-0077' })).toBeVisible();
    await parts.getByText('已拆下的部件（1）').click();
    await expect(parts.locator('details').getByRole('listitem')).toContainText('VFD-0042');
  });

  await test.step('a device that stands in this one is registered from here', async () => {
    await panel(page, '下级设备').getByRole('button', { name: /^登记/ }).click();
    await dialog(page).getByLabel('序列号').fill(`${device.serial_number}-A`);
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await panel(page, '下级设备').getByRole('link', { name: `${device.serial_number}-A` }).click();
    await expect(page.getByRole('heading', { name: `${device.serial_number}-A`, level: 1 })).toBeVisible();
    await expect(panel(page, '基本信息').getByRole('link', { name: device.serial_number, exact: true })).toBeVisible();
  });
});

test('a counter takes no reading below the last one, unless it began anew', async ({ person, server, complaints }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const device = await lift(page);
  await open(page, device);
  const meters = panel(page, '仪表与读数');

  await test.step('a meter is added, and read', async () => {
    await meters.getByRole('button', { name: '添加仪表' }).click();
    await dialog(page).getByLabel('名称').fill('运行小时');
    await dialog(page).getByLabel('单位').fill('h');
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await meters.getByRole('button', { name: '登记读数 运行小时' }).click();
    await dialog(page).getByLabel('读数').fill('1200');
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(meters.getByText('1200 h', { exact: true })).toBeVisible();
  });

  await test.step('one of the same name is refused in words', async () => {
    complaints.allow(/status of 409 .*\/api\/v1\/devices\/.*\/meters$/);
    await meters.getByRole('button', { name: '添加仪表' }).click();
    await dialog(page).getByLabel('名称').fill('运行小时');
    await dialog(page).getByLabel('单位').fill('h');
    await save(page).click();
    await expect(dialog(page).getByText('已被使用')).toBeVisible();
    await dialog(page).getByLabel('名称').fill('启动次数');
    await dialog(page).getByLabel('单位').fill('次');
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(meters.getByText('启动次数')).toBeVisible();
  });

  await test.step('a reading that falls is refused beside its field, and nothing typed is lost', async () => {
    complaints.allow(/status of 422 .*\/api\/v1\/devices\/.*\/readings$/);
    await meters.getByRole('button', { name: '登记读数 运行小时' }).click();
    await dialog(page).getByLabel('读数').fill('300');
    await save(page).click();
    await expect(dialog(page).getByText('累计值不能变小；仪表已归零或更换时请勾选相应选项')).toBeVisible();
    await expect(dialog(page).getByLabel('读数')).toHaveValue('300');
    await expectAccessible(page);
    await dialog(page).getByRole('switch', { name: '仪表已归零或更换' }).click();
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(meters.getByText('300 h', { exact: true })).toBeVisible();
  });

  await test.step('both readings are on file, one of them marked', async () => {
    await meters.getByText('读数记录').click();
    const rows = meters.getByRole('table').locator('tbody tr');
    await expect(rows).toHaveCount(2);
    await expect(rows.filter({ hasText: '归零后' })).toContainText('300');
    await expect(page.locator('.timeline').getByText('登记了读数')).toHaveCount(2);
    await expect(page.locator('.timeline')).toContainText(/运行小时: 300 h/);
  });
});

test('a device goes to another customer, is scrapped, and comes back', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const tail = digits();
  const before = await call<{ id: string; name: string }>(page, 'POST', '/customers', { name: `旧业主${tail}`, kind: 'company' });
  const after = await call<{ id: string; name: string }>(page, 'POST', '/customers', { name: `新业主${tail}`, kind: 'company' });
  await call(page, 'POST', `/customers/${after.id}/sites`, { name: '二号楼' });
  const device = await lift(page, { customer_id: before.id });
  await open(page, device);

  await test.step('it is handed over, with a site of the new customer', async () => {
    await more(page, '转移');
    await pick(dialog(page).getByRole('combobox', { name: '新客户' }), after.name, after.name);
    await pick(dialog(page).getByRole('combobox', { name: '服务地址' }), '二号楼');
    await dialog(page).getByLabel('原因').fill('楼宇转售');
    await expectAccessible(page);
    await dialog(page).getByRole('button', { name: /^转\s?移$/ }).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(panel(page, '基本信息').getByRole('link', { name: after.name })).toBeVisible();
    await expect(panel(page, '位置').getByText('二号楼')).toBeVisible();
    const told = page.locator('.timeline > li').filter({ hasText: '转移了设备' });
    await expect(told).toContainText(before.name);
    await expect(told).toContainText(after.name);
    await expect(told).toContainText('楼宇转售');
  });

  await test.step('scrapped, it is covered no longer, and the verdict says so first', async () => {
    await more(page, '报废');
    await dialog(page).getByRole('button', { name: /^报\s?废$/ }).click();
    await expect(dialog(page).getByText('请填写报废原因')).toBeVisible();
    await dialog(page).getByLabel('报废原因').fill('整机更换');
    await dialog(page).getByRole('button', { name: /^报\s?废$/ }).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(page.locator('.page-head').getByText('报废', { exact: true })).toBeVisible();
    await expect(page.locator('.page-head').getByText('保外')).toBeVisible();
    await expect(panel(page, '保修')).toContainText('报废');
    await expect(panel(page, '基本信息').getByText('整机更换')).toBeVisible();
  });

  await test.step('and that is taken back', async () => {
    await more(page, '撤销报废');
    await dialog(page).getByRole('button', { name: /^确\s?[定认]$/ }).click();
    await expect(page.locator('.page-head').getByText('使用中')).toBeVisible();
    await expect(page.locator('.page-head').getByText('保内')).toBeVisible();
  });
});

test('labels are a PDF, of one device or of those that were chosen in the list', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  const device = await lift(page);
  const pdf = async (act: () => Promise<void>): Promise<void> => {
    const wait = page.waitForEvent('download');
    await act();
    const download = await wait;
    expect(download.suggestedFilename()).toBe('打印标签.pdf');
    const bytes = await readFile(await download.path());
    expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    expect(bytes.length).toBeGreaterThan(5_000);
    expect(bytes.subarray(-32).toString('latin1')).toContain('%%EOF');
  };
  await open(page, device);
  await more(page, '打印标签');
  await expectAccessible(page);
  await pdf(() => dialog(page).getByRole('button', { name: /下载 PDF/ }).click());
  await expect(dialog(page)).toHaveCount(0);

  await page.goto(`/devices?q=${device.serial_number}`);
  const table = page.getByRole('table', { name: '设备' });
  await expect(table.getByRole('link', { name: device.serial_number })).toBeVisible();
  await table.getByRole('row').filter({ hasText: device.serial_number }).getByRole('checkbox').check();
  await page.getByRole('button', { name: /打印标签/ }).click();
  await pdf(() => dialog(page).getByRole('button', { name: /下载 PDF/ }).click());
});

test('anybody looks up the warranty by the serial number, without signing in', async ({ person, server, complaints }) => {
  const staff = await person({ as: server.person('admin') });
  const device = await lift(staff);
  const page = await person({ phone: true });
  await page.goto('/w');
  await page.getByLabel('序列号').fill(` ${device.serial_number.toLowerCase()} `);
  await page.getByRole('button', { name: /^查\s?询$/ }).click();
  const result = page.getByRole('region', { name: '查询结果' });
  await expect(result.getByRole('heading', { name: device.serial_number })).toBeVisible();
  await expect(result.getByText('保内').first()).toBeVisible();
  await expect(result.getByRole('listitem').filter({ hasText: '曳引机' })).toBeVisible();
  await expectFits(page);
  await expectAccessible(page);

  await test.step('what is unknown is said in words', async () => {
    complaints.allow(/status of 404 .*\/api\/v1\/public\/warranty/);
    await page.getByLabel('序列号').fill('NO-SUCH-DEVICE');
    await page.getByRole('button', { name: /^查\s?询$/ }).click();
    await expect(page.getByText('没有找到这台设备')).toBeVisible();
    await expect(result).toHaveCount(0);
  });
});

for (const language of ['zh-CN', 'en'] as const) {
  test(`the file of a device with a history at both widths in ${language}`, async ({ person, server }) => {
    test.setTimeout(300_000);
    await server.complete();
    const page = await person({ as: server.person('admin'), language });
    const { items } = await call<{ items: Device[] }>(page, 'GET', '/devices?q=AC-VRF16-01002&limit=20');
    const busy = items.find((one) => one.serial_number === 'AC-VRF16-01002');
    if (!busy) throw new Error('the demo company has this device');
    const found: string[] = [];
    await open(page, busy);
    await page.locator('.columns summary').first().click();
    for (const size of [DESKTOP, PHONE]) {
      await page.setViewportSize(size);
      await settled(page);
      found.push(...(await faults(page)));
      await page.screenshot({ path: `test-results/pictures/device-${language}-${size.width}.png`, fullPage: true });
    }
    const words = await page.locator('.columns h2').allTextContents();
    if (language === 'en') expect(words.filter((text) => /[\u4e00-\u9fff]/.test(text)), 'headings in Chinese').toEqual([]);
    const facts = words.indexOf(language === 'en' ? 'Details' : '基本信息');
    expect(facts, 'on a phone what it is comes right after its warranty').toBe(1);
    expect(found, 'what is wrong with pages').toEqual([]);
  });
}
