/** Lists: views that are saved and shared, cells edited in place, changes in bulk with a way back, export, import. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { call, dialog, pick, save, settled } from '../support/steps.ts';
import { DESKTOP, expect, expectAccessible, expectFits, PHONE, pictures, test } from '../support/test.ts';

interface Customer {
  id: string;
  name: string;
  level: string;
}

async function customers(page: Page, names: readonly string[]): Promise<void> {
  for (const name of names) await call(page, 'POST', '/customers', { name, kind: 'company', level: 'standard' });
}

async function levels(page: Page, word: string): Promise<string[]> {
  const { items } = await call<{ items: Customer[] }>(page, 'GET', `/customers?q=${encodeURIComponent(word)}&limit=50`);
  return items.map((one) => one.level);
}

const viewButton = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`视图：\\s*${name}`) });
const VIP = encodeURIComponent(JSON.stringify({ field: 'level', op: 'in', value: ['vip'] }));

/** The text in GB18030, which only decoders of browsers and Node know: characters are found by decoding all pairs. */
function gb18030(text: string): Buffer {
  const decoder = new TextDecoder('gb18030');
  const known = new Map<string, number[]>();
  for (let high = 0x81; high <= 0xfe; high += 1) {
    for (let low = 0x40; low <= 0xfe; low += 1) {
      if (low === 0x7f) continue;
      const character = decoder.decode(Uint8Array.of(high, low));
      if ([...character].length === 1 && !known.has(character)) known.set(character, [high, low]);
    }
  }
  const bytes = [...text].flatMap((character) => {
    if (character.charCodeAt(0) < 0x80) return [character.charCodeAt(0)];
    const pair = known.get(character);
    if (!pair) throw new Error(`${character} has no pair of bytes`);
    return pair;
  });
  return Buffer.from(bytes);
}

test('a view that is saved and shared opens first for the role it is for, and says when it is changed', async ({
  person,
  server,
}) => {
  test.setTimeout(180_000);
  const manager = await person({ as: server.person('manager') });
  await manager.goto(`/customers?filter=${VIP}&columns=${encodeURIComponent('name,level,phone')}`);
  await settled(manager);
  await expect(manager.getByText('已修改，未保存')).toBeVisible();
  await manager.getByRole('button', { name: '另存为视图' }).click();
  await dialog(manager).getByLabel('视图名称').fill('贵宾客户');
  await dialog(manager).getByRole('switch', { name: '共享给同事' }).click();
  await pick(manager.getByRole('combobox', { name: '共享给哪些角色' }), '客服');
  await pick(manager.getByRole('combobox', { name: '作为这些角色的默认视图' }), '客服');
  await expectAccessible(manager);
  await save(manager).click();
  await expect(viewButton(manager, '贵宾客户')).toBeVisible();
  await expect(manager.getByText('已修改，未保存')).toHaveCount(0);

  await test.step('another role sees it first, with its filter and columns', async () => {
    const agent = await person({ as: server.person('agent') });
    await agent.goto('/customers');
    await expect(viewButton(agent, '贵宾客户')).toBeVisible();
    await expect(agent).toHaveURL(/view=/);
    await expect(agent.getByRole('columnheader', { name: '电话' })).toBeVisible();
    await expect(agent.getByRole('columnheader', { name: '地址' })).toHaveCount(0);
    await settled(agent);
    await expectAccessible(agent);
    await expectFits(agent);
    await test.step('all records stay a click away, and stay after a reload', async () => {
      await viewButton(agent, '贵宾客户').click();
      await agent.getByRole('menuitem', { name: '全部记录' }).click();
      await expect(viewButton(agent, '全部记录')).toBeVisible();
      await agent.reload();
      await expect(viewButton(agent, '全部记录')).toBeVisible();
    });
  });

  await test.step('a role it is not for opens the plain list', async () => {
    const dispatcher = await person({ as: server.person('dispatcher') });
    await dispatcher.goto('/customers');
    await settled(dispatcher);
    await expect(viewButton(dispatcher, '全部记录')).toBeVisible();
    await viewButton(dispatcher, '全部记录').click();
    await expect(dispatcher.getByRole('menuitem', { name: /贵宾客户/ })).toHaveCount(0);
  });

  await test.step('a deleted view can be taken back', async () => {
    await viewButton(manager, '贵宾客户').click();
    await manager.getByRole('menuitem', { name: '删除视图' }).click();
    await expect(viewButton(manager, '全部记录')).toBeVisible();
    await manager.getByRole('button', { name: '撤销' }).click();
    await expect(viewButton(manager, '贵宾客户')).toBeVisible();
    await pictures(manager, 'lists-view');
  });
});

test('rows are grouped by a field, and a cell is edited with the keyboard', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  await customers(page, ['分组客户甲', '分组客户乙']);
  await page.goto(`/customers?q=${encodeURIComponent('分组客户')}&group_by=level`);
  await expect(page.getByRole('button', { name: /^普通/ })).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByRole('link', { name: '分组客户甲' })).toBeVisible();
  await settled(page);
  await expectAccessible(page);
  await pictures(page, 'lists-groups');

  await page.goto(`/customers?q=${encodeURIComponent('分组客户甲')}`);
  await settled(page);
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  const editor = page.getByRole('group', { name: '修改客户名称' });
  await expect(editor.getByRole('textbox')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('分组客户甲（改名）');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: '分组客户甲（改名）' })).toBeVisible();
  await expect(editor).toHaveCount(0);
});

test('what the server refuses stands beside the cell, and nothing typed is lost', async ({ person, server, complaints }) => {
  test.setTimeout(120_000);
  complaints.allow(/status of 4\d\d .*\/api\/v1\/customers\//);
  const page = await person({ as: server.person('admin') });
  await customers(page, ['邮箱客户']);
  await page.goto(`/customers?q=${encodeURIComponent('邮箱客户')}`);
  await settled(page);
  await page.getByRole('row', { name: /邮箱客户/ }).locator('[data-cell$=":phone"]').dblclick();
  const editor = page.getByRole('group', { name: '修改电话' });
  await editor.getByRole('textbox').fill('不是号码');
  await page.keyboard.press('Enter');
  await expect(editor.getByRole('alert')).toBeVisible();
  await expect(editor.getByRole('textbox')).toHaveValue('不是号码');
  await page.keyboard.press('Escape');
  await expect(editor).toHaveCount(0);
});

test('many records are changed after a preview, and changed back', async ({ person, server }) => {
  test.setTimeout(180_000);
  const page = await person({ as: server.person('admin') });
  await customers(page, ['批量客户一', '批量客户二', '批量客户三']);
  await page.goto(`/customers?q=${encodeURIComponent('批量客户')}`);
  await settled(page);
  await page.getByRole('checkbox', { name: '全选' }).check();
  const bar = page.getByRole('region', { name: '操作' });
  await expect(bar).toContainText('已选 3 项');
  await bar.getByRole('button', { name: '批量修改' }).click();
  await pick(page.getByRole('combobox', { name: '要修改的字段' }), /^级别$/);
  await pick(page.getByRole('combobox', { name: '级别' }), '金牌');
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: '预览' }).click();
  await expect(dialog(page).getByRole('row', { name: /批量客户一/ })).toContainText('普通');
  await expect(dialog(page).getByRole('row', { name: /批量客户一/ })).toContainText('金牌');
  expect(await levels(page, '批量客户')).toEqual(['standard', 'standard', 'standard']);
  await pictures(page, 'lists-bulk');
  await dialog(page).getByRole('button', { name: '修改 3 条' }).click();
  await expect(dialog(page)).toContainText('修改 3 条，0 条无需修改，0 条失败');
  expect(await levels(page, '批量客户')).toEqual(['gold', 'gold', 'gold']);
  await dialog(page).getByRole('button', { name: '撤销这次修改' }).click();
  await expect(dialog(page)).toContainText('已撤销，恢复了 3 条');
  expect(await levels(page, '批量客户')).toEqual(['standard', 'standard', 'standard']);
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: /^关\s?闭$/ }).last().click();
  await expect(bar).toHaveCount(0);
});

test('a list is exported as it is shown', async ({ person, server }) => {
  test.setTimeout(120_000);
  const page = await person({ as: server.person('admin') });
  await customers(page, ['导出客户甲', '=导出客户乙']);
  await page.goto(`/customers?q=${encodeURIComponent('导出客户')}&columns=name,level`);
  await settled(page);
  await page.getByRole('button', { name: '导入导出' }).click();
  await page.getByRole('menuitem', { name: '导出 CSV' }).click();
  await expect(dialog(page)).toContainText('已导出 2 行');
  const wait = page.waitForEvent('download');
  await dialog(page).getByRole('link', { name: /^下载/ }).click();
  const text = await readFile(await (await wait).path(), 'utf8');
  expect(text.startsWith('\uFEFF客户名称,级别')).toBe(true);
  expect(text).toContain('导出客户甲,普通');
  expect(text).toContain("'=导出客户乙,普通");
});

test('a file in GB18030 with one bad line is tried, imported, its bad line given back, and all of it undone', async ({
  person,
  server,
}) => {
  test.setTimeout(240_000);
  const page = await person({ as: server.person('admin') });
  const name = '华东机型.csv';
  const lines = ['产品编码,产品名称,保修期（月）', 'E2E-1,空压机一号,24', 'E2E-2,空压机二号,两年', 'E2E-3,空压机三号,12'];
  await page.goto('/imports?list=products');
  await settled(page);
  await expectAccessible(page);
  await page.locator('input[type="file"]').setInputFiles({
    name,
    mimeType: 'text/csv',
    buffer: gb18030(`${lines.join('\r\n')}\r\n`),
  });
  await expect(page).toHaveURL(/\/imports\/[0-9a-f-]{36}/);
  await expect(page.getByText(/编码 (GB18030|gb18030|GBK)/)).toBeVisible();
  for (const header of ['产品编码', '产品名称', '保修期（月）']) {
    const row = page.getByRole('row', { name: new RegExp(header.replace(/[（）]/g, '.')) });
    await expect(row.locator('.ant-select').first()).toContainText(header);
  }
  await expectAccessible(page);
  await pictures(page, 'lists-import-mapping');
  await page.getByRole('button', { name: '试算' }).click();
  await expect(page.getByRole('heading', { name: '试算结果' })).toBeVisible();
  const problem = page.getByRole('row', { name: /两年/ });
  await expect(problem).toContainText('3');
  await expect(problem).toContainText('保修期（月）');
  const known = async () =>
    (await call<{ items: unknown[] }>(page, 'GET', '/products?q=E2E-&limit=10')).items.length;
  expect(await known()).toBe(0);
  await page.getByRole('button', { name: '导入其余 2 行' }).click();
  await expect(page.getByRole('heading', { name: '导入结果' })).toBeVisible();
  await expect(page.getByText('已完成', { exact: true })).toBeVisible();
  expect(await known()).toBe(2);
  await expectAccessible(page);
  await pictures(page, 'lists-import-done');

  await test.step('the bad line comes back with its reason', async () => {
    const wait = page.waitForEvent('download');
    await page.getByRole('link', { name: '下载问题行（附原因）' }).click();
    const bytes = await readFile(await (await wait).path());
    const utf8 = bytes.toString('utf8');
    const text = utf8.includes('\uFFFD') ? new TextDecoder('gb18030').decode(bytes) : utf8;
    const [header, ...rest] = text.replace(/^\uFEFF/, '').trim().split(/\r?\n/);
    expect(header?.startsWith(lines[0] ?? '')).toBe(true);
    expect(rest).toHaveLength(1);
    expect(rest[0]?.startsWith('E2E-2,空压机二号,两年,')).toBe(true);
  });

  await test.step('the whole import is undone', async () => {
    await page.getByRole('button', { name: '撤销整个导入' }).click();
    await expect(dialog(page)).toContainText('2 条记录会被停用');
    await dialog(page).getByRole('button', { name: /^确\s?认$/ }).click();
    await expect(page.getByText('已撤销 2 条', { exact: true })).toBeVisible();
    expect(await known()).toBe(0);
  });

  await test.step('it stands among the imports, on a phone too', async () => {
    await page.goto('/imports');
    await expect(page.getByRole('link', { name })).toBeVisible();
    await settled(page);
    await expectAccessible(page);
    await page.setViewportSize(PHONE);
    await settled(page);
    await expectFits(page);
    await expectAccessible(page);
    await pictures(page, 'lists-imports');
    await page.setViewportSize(DESKTOP);
  });
});
