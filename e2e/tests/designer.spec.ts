/** The designer: an object is built in the browser from nothing, used at once, changed with data in it, and kept from mistakes. */
import type { Locator, Page } from '@playwright/test';
import { call, dialog, pick, save, settled } from '../support/steps.ts';
import { expect, expectAccessible, expectFits, faults, pictures, PHONE, DESKTOP, test } from '../support/test.ts';

const KEY = 'company_car';
const DESIGNER = `/settings/objects/${KEY}`;

interface Fields {
  version: number;
  catalogue: { object: string; fields: { id: string; label: { zh: string }; [flag: string]: unknown }[] };
}

/** Opens a page and waits until nothing on it is still loading. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator('main h1').first()).toBeVisible();
  await settled(page);
}

const palette = (page: Page) => page.getByRole('region', { name: '字段类型' });
const row = (page: Page, name: string) => page.locator('.field-button').filter({ hasText: name });
const rows = (page: Page) => page.locator('.field-button .field-name');
const saveAll = (page: Page) => page.getByRole('toolbar').getByRole('button', { name: /保\s?存$/ });
const properties = (page: Page) => page.getByRole('complementary', { name: '属性' });

/** Adds a field with a click, and names it as the cursor already stands there. */
async function add(page: Page, kind: string, name: string): Promise<void> {
  const before = await rows(page).count();
  await palette(page).getByRole('button', { name: kind, exact: true }).click();
  await expect(rows(page)).toHaveCount(before + 1);
  const label = properties(page).getByLabel('名称（中文）');
  await expect(label).toBeFocused();
  await label.fill(name);
  await page.keyboard.press('Tab');
  // The id follows the name as soon as it is left.
  await expect(properties(page).getByLabel('标识')).not.toHaveValue(/^new_/);
}

async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  const [a, b] = [await from.boundingBox(), await to.boundingBox()];
  if (!a || !b) throw new Error('what is dragged, and where, must be in sight');
  await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move(a.x + a.width / 2 + 20, a.y + a.height / 2 + 10, { steps: 4 });
  await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 12 });
  await page.mouse.up();
}

async function saveFields(page: Page): Promise<void> {
  await saveAll(page).click();
  await expect(page.getByText('字段已保存').first()).toBeVisible();
  await expect(page.getByRole('toolbar').getByText('已保存')).toBeVisible();
}

/** The object of these tests with two fields and three records, for what needs data; made once. */
async function car(page: Page): Promise<void> {
  const { items } = await call<{ items: { key: string }[] }>(page, 'GET', '/objects');
  if (!items.some((one) => one.key === KEY)) {
    await call(page, 'POST', '/objects', { key: KEY, name: { zh: '公司用车', en: 'Company car' }, number_prefix: 'CAR' });
  }
  const { version, catalogue } = await call<Fields>(page, 'GET', `/objects/${KEY}/fields`);
  if (!catalogue.fields.some((field) => field.id === 'seats')) {
    const seats = { id: 'seats', kind: { type: 'text' }, label: { zh: '座位', en: 'Seats' } };
    const colour = { id: 'colour', kind: { type: 'text' }, label: { zh: '颜色', en: 'Colour' } };
    const fields = [...catalogue.fields.map((field) => ({ ...field, required: false })), seats, colour];
    await call(page, 'PUT', `/objects/${KEY}/fields`, { catalogue: { object: KEY, fields } }, version);
    for (const [at, value] of ['5', '7', '很多'].entries()) {
      await call(page, 'POST', `/records/${KEY}`, { values: { seats: value, colour: `白 ${at}` } });
    }
  }
}

test('an object is built from nothing, and its list, form and rules are there at once', async ({
  person,
  server,
  complaints,
}) => {
  test.setTimeout(240_000);
  await server.complete();
  const page = await person({ as: server.person('admin') });
  page.on('dialog', (asked) => void asked.accept());

  await test.step('create it', async () => {
    await open(page, '/settings/objects');
    await expectAccessible(page);
    await page.getByRole('button', { name: '新建对象' }).first().click();
    const drawer = dialog(page);
    await drawer.getByLabel('中文名称').fill('公司用车');
    await expect(drawer.getByLabel('标识')).toHaveValue('gong_si_yong_che');
    await drawer.getByLabel('英文名称').fill('Company car');
    await expect(drawer.getByLabel('标识')).toHaveValue(KEY);
    await expect(drawer.getByLabel('编号前缀')).toHaveValue('CO');
    await drawer.getByRole('button', { name: '车辆', exact: true }).click();
    await drawer.getByRole('button', { name: '全部开放' }).click();
    await expectAccessible(page);
    await drawer.getByRole('button', { name: '创建并设计字段' }).click();
    await expect(page).toHaveURL(new RegExp(`${DESIGNER}$`));
    await expect(page.getByText('还没有字段')).toBeVisible();
  });

  await test.step('drag the first field in', async () => {
    await drag(page, palette(page).getByRole('button', { name: '单行文本' }), page.locator('.field-drop'));
    await expect(rows(page)).toHaveText(['单行文本']);
    const label = properties(page).getByLabel('名称（中文）');
    await expect(label).toBeFocused();
    await label.fill('车牌号');
    await properties(page).getByLabel('名称（英文）').fill('Plate');
    await page.keyboard.press('Tab');
    await expect(properties(page).getByLabel('标识')).toHaveValue('plate');
    await properties(page).getByRole('switch', { name: '必填', exact: true }).click();
    await properties(page).getByRole('switch', { name: '唯一' }).click();
    await properties(page).getByRole('switch', { name: '可筛选' }).click();
  });

  await test.step('add the others', async () => {
    await add(page, '单选', '车况');
    await properties(page).getByLabel('选项 1 中文').fill('可用');
    await properties(page).getByLabel('选项 2 中文').fill('维修中');
    await page.keyboard.press('Tab');
    await properties(page).getByRole('button', { name: '选项 2 的颜色' }).click();
    await page.getByRole('button', { name: '颜色 7', exact: true }).click();
    await add(page, '日期', '年检日期');
    await add(page, '关联记录', '使用工程师');
    await pick(properties(page).getByLabel('关联到'), '工程师');
    await add(page, '关联记录', '相关工单');
    await pick(properties(page).getByLabel('关联到'), '工单');
    await properties(page).getByRole('button', { name: '可选记录: 设置条件' }).click();
    await pick(dialog(page).getByLabel('字段'), '优先级');
    await pick(dialog(page).getByLabel('值'), '紧急');
    await dialog(page).getByRole('button', { name: /确\s?定/ }).click();
    await expect(properties(page).getByText('优先级 是其中之一 紧急')).toBeVisible();
    await add(page, '多行文本', '维修说明');
    await properties(page).getByRole('button', { name: '显示条件: 设置条件' }).click();
    await pick(dialog(page).getByLabel('字段'), '车况');
    await pick(dialog(page).getByLabel('值'), '维修中');
    await expectAccessible(page);
    await dialog(page).getByRole('button', { name: /确\s?定/ }).click();
    await expect(properties(page).getByText('车况 是其中之一 维修中')).toBeVisible();
    await expectAccessible(page);
    await pictures(page, 'designer-fields');
  });

  await test.step('take steps back and forth, and move by keys', async () => {
    const order = ['车牌号', '车况', '年检日期', '使用工程师', '相关工单', '维修说明'];
    const names = async () => (await rows(page).allInnerTexts()).map((text) => text.replace(/[*\n].*$/s, ''));
    expect(await names()).toEqual(order);
    await row(page, '年检日期').focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(names).toEqual(['车牌号', '年检日期', '车况', '使用工程师', '相关工单', '维修说明']);
    await expect(row(page, '年检日期')).toBeFocused();
    await page.keyboard.press('Control+d');
    await expect(rows(page)).toHaveCount(7);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect.poll(names).toEqual(order);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(names).toEqual(['车牌号', '年检日期', '车况', '使用工程师', '相关工单', '维修说明']);
    await page.keyboard.press('Control+z');
    await expect.poll(names).toEqual(order);
  });

  await test.step('a reload loses nothing', async () => {
    await page.reload();
    await expect(page.getByText(/已恢复您 .* 未保存的修改/)).toBeVisible();
    await expect(rows(page)).toHaveCount(6);
    await saveFields(page);
    const { catalogue } = await call<Fields>(page, 'GET', `/objects/${KEY}/fields`);
    expect(catalogue.fields.map((field) => field.id)).toEqual([
      'plate',
      'che_kuang',
      'nian_jian_ri_qi',
      'shi_yong_gong_cheng_shi',
      'xiang_guan_gong_dan',
      'wei_xiu_shuo_ming',
    ]);
  });

  await test.step('lay out a form and publish it', async () => {
    await page.getByRole('navigation', { name: '设计分类' }).getByRole('link', { name: '表单' }).click();
    await page.getByRole('button', { name: '新建表单' }).click();
    await dialog(page).getByLabel('名称（中文）').fill('用车登记');
    await dialog(page).getByRole('button', { name: /确\s?定/ }).click();
    const canvas = page.getByRole('region', { name: '表单内容' });
    await expect(canvas.locator('.form-item')).toHaveCount(6);
    await page.getByRole('button', { name: '说明文字' }).click();
    await properties(page).getByLabel('说明文字 · 中文').fill('请核对**车牌号**后再保存。');
    await page.getByRole('button', { name: '分步' }).click();
    await expect(page.getByRole('region', { name: '问题' })).toContainText('每个标签页和步骤都要有标题');
    await page.keyboard.press('Control+z');
    await expect(page.getByRole('region', { name: '问题' })).toHaveCount(0);
    await canvas.locator('.form-item-button').filter({ hasText: '年检日期' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await properties(page).getByText('预览', { exact: true }).click();
    const preview = page.getByRole('region', { name: '预览' });
    await expect(preview.getByText('车牌号').first()).toBeVisible();
    await expect(preview.getByText('维修说明')).toHaveCount(0);
    await pick(preview.getByLabel('车况'), '维修中');
    await expect(preview.getByText('维修说明')).toBeVisible();
    await preview.getByText('手机', { exact: true }).click();
    await expectAccessible(page);
    await pictures(page, 'designer-form');
    await page.getByRole('toolbar').getByRole('button', { name: /发\s?布$/ }).click();
    await dialog(page).getByRole('button', { name: /发\s?布$/ }).click();
    await expect(page.getByText('使用中：第 1 版')).toBeVisible();
    await pick(page.getByLabel('版本'), '第 1 版');
    await expect(page.getByText('正在查看第 1 版，已发布的版本不会改变。')).toBeVisible();
    await expectAccessible(page);
  });

  await test.step('use it', async () => {
    complaints.allow(/status of 4(09|22) .*\/records\/company_car$/);
    await open(page, `/records/${KEY}`);
    const create = async (plate: string) => {
      await page.getByRole('button', { name: /新建公司用车/ }).first().click();
      await dialog(page).getByLabel('车牌号').fill(plate);
      await save(page).click();
    };
    await create('沪A·60001');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('沪A·60001');
    await open(page, `/records/${KEY}`);
    await create('沪A·60001');
    await expect(dialog(page).getByText('已有其他记录使用此内容，不能重复')).toBeVisible();
  });
});

test('fields with data are renamed, retired and restored, and change their type after a preview', async ({
  person,
  server,
}) => {
  test.setTimeout(120_000);
  await server.complete();
  const page = await person({ as: server.person('admin') });
  await car(page);
  await open(page, DESIGNER);

  await row(page, '颜色').click();
  await properties(page).getByLabel('名称（中文）').fill('车身颜色');
  await expect(properties(page).getByLabel('标识')).toBeDisabled();
  await saveFields(page);
  await page.keyboard.press('Escape');
  await row(page, '车身颜色').focus();
  await page.keyboard.press('Delete');
  await dialog(page).getByRole('button', { name: '停用' }).click();
  const retired = page.getByRole('region', { name: '已停用的字段' });
  await expect(retired).toContainText('车身颜色');
  await saveFields(page);
  await retired.getByRole('button', { name: '恢复 车身颜色' }).click();
  await expect(row(page, '车身颜色')).toBeVisible();
  await saveFields(page);
  const { items } = await call<{ items: { values: Record<string, unknown> }[] }>(page, 'GET', `/records/${KEY}?limit=50`);
  expect(items.filter((one) => String(one.values['colour']).startsWith('白'))).toHaveLength(3);

  await row(page, '座位').click();
  await properties(page).getByRole('button', { name: '更改类型' }).click();
  await pick(dialog(page).getByLabel('改为'), '整数');
  await dialog(page).getByRole('button', { name: /预\s?览/ }).click();
  await expect(dialog(page).getByRole('table', { name: '无法转换的值' })).toContainText('很多');
  await expectAccessible(page);
  await pictures(page, 'designer-convert');
  await dialog(page).getByRole('button', { name: '清空无法转换的 1 个值并转换' }).click();
  await expect(page.getByText('类型已更改').first()).toBeVisible();
  await expect(row(page, '座位')).toContainText('整数');
  const after = await call<{ items: { values: Record<string, unknown> }[] }>(page, 'GET', `/records/${KEY}?limit=50`);
  const seats = after.items.flatMap((one) => (typeof one.values['seats'] === 'number' ? [one.values['seats']] : []));
  expect(seats.toSorted((a, b) => a - b)).toEqual([5, 7]);
});

test('a wrong definition says what is wrong, leads there, and is not saved', async ({ person, server }) => {
  test.setTimeout(120_000);
  await server.complete();
  const page = await person({ as: server.person('admin') });
  await car(page);
  await open(page, DESIGNER);
  await row(page, '座位').click();
  await add(page, '单选', '用途');
  await properties(page).getByRole('button', { name: '移除选项 2' }).click();
  await properties(page).getByRole('button', { name: '移除选项 1' }).click();
  const problems = page.getByRole('region', { name: '问题' });
  await expect(problems).toContainText('请设置 1 到 500 个选项');
  await add(page, '整数', '里程');
  await properties(page).getByLabel('最小值').fill('10');
  await properties(page).getByLabel('最大值').fill('1');
  await expect(problems).toContainText('最小值大于最大值');
  await expect(saveAll(page)).toHaveAttribute('aria-disabled', 'true');
  await problems.getByRole('button', { name: /用途/ }).click();
  await expect(properties(page).getByRole('heading', { name: '用途' })).toBeVisible();
  await expect(properties(page).getByRole('button', { name: '添加选项' })).toBeFocused();
  await expectAccessible(page);
  await pictures(page, 'designer-problems');

  // Who leaves is asked, and what they leave behind is gone.
  await page.getByRole('link', { name: '返回对象列表' }).click();
  await expect(page.getByText('有未保存的修改', { exact: true }).last()).toBeVisible();
  await page.getByRole('button', { name: '放弃修改' }).click();
  await expect(page).toHaveURL(/\/settings\/objects$/);
  // The address changes before the designer goes, and a designer that is reloaded keeps what was on it.
  await expect(page.getByRole('button', { name: '新建对象' }).first()).toBeVisible();
  await open(page, DESIGNER);
  await expect(row(page, '用途')).toHaveCount(0);
});

test('two who design at once lose nothing', async ({ person, server, complaints }) => {
  test.setTimeout(120_000);
  await server.complete();
  complaints.allow(/status of 412/);
  const page = await person({ as: server.person('admin') });
  await car(page);
  await open(page, DESIGNER);
  await row(page, '座位').click();
  await properties(page).getByRole('switch', { name: '可用于报表' }).click();
  const { version, catalogue } = await call<Fields>(page, 'GET', `/objects/${KEY}/fields`);
  const fields = [...catalogue.fields, { id: 'owner_note', kind: { type: 'text' }, label: { zh: '车主备注', en: 'Note' } }];
  await call(page, 'PUT', `/objects/${KEY}/fields`, { catalogue: { ...catalogue, fields } }, version);
  const merge = page.getByRole('button', { name: '在最新内容上继续我的修改' });
  await expect(merge).toBeVisible();
  await merge.click();
  await expect(row(page, '车主备注')).toBeVisible();
  await saveFields(page);
  const after = await call<Fields>(page, 'GET', `/objects/${KEY}/fields`);
  expect(after.catalogue.fields.find((field) => field.id === 'seats')).toMatchObject({ reportable: true });
  expect(after.catalogue.fields.some((field) => field.id === 'owner_note')).toBe(true);
});

test('fields are copied from one object to another', async ({ person, server }) => {
  await server.complete();
  const page = await person({ as: server.person('admin') });
  page.on('dialog', (asked) => void asked.accept());
  await car(page);
  await open(page, DESIGNER);
  await row(page, '座位').click();
  await page.keyboard.press('Control+c');
  await expect(page.getByText('已复制 1 个字段，可粘贴到其他对象')).toBeVisible();
  await open(page, '/settings/objects/device');
  await expect(row(page, '座位')).toHaveCount(0);
  await page.getByRole('toolbar').getByRole('button', { name: '粘贴' }).click();
  await expect(row(page, '座位')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(row(page, '座位')).toHaveCount(0);
});

test('an object is put away and taken back, and its permissions are set by role', async ({ person, server }) => {
  await server.complete();
  const page = await person({ as: server.person('admin') });
  await car(page);
  await open(page, `${DESIGNER}?tab=settings`);
  // Whichever story made the object, its records are read by all or by nobody.
  await pick(page.getByLabel('调度员：查看'), '仅本人');
  await page.getByRole('button', { name: /^保\s?存$/ }).click();
  await expect(page.getByText('设置已保存').first()).toBeVisible();
  const { roles } = await call<{ roles: Record<string, unknown> }>(page, 'GET', `/objects/${KEY}`);
  expect(roles).toMatchObject({ dispatcher: { read: 'own' } });

  await open(page, '/settings/objects');
  await page.getByRole('button', { name: '停用 公司用车' }).click();
  await dialog(page).getByRole('button', { name: '停用' }).click();
  await page.getByRole('table', { name: '已停用的对象' }).getByRole('button', { name: '恢复启用 公司用车' }).click();
  await expect(page.getByRole('table', { name: '自定义对象' }).getByRole('link', { name: /公司用车/ })).toBeVisible();
});

for (const language of ['zh-CN', 'en'] as const) {
  test(`the designer in ${language} at both widths`, async ({ person, server }) => {
    test.setTimeout(180_000);
    await server.complete();
    const page = await person({ as: server.person('admin'), language });
    await car(page);
    const found: string[] = [];
    for (const path of ['/settings/objects', DESIGNER, `${DESIGNER}?tab=forms`, `${DESIGNER}?tab=settings`, '/settings/objects/ticket']) {
      await page.setViewportSize(DESKTOP);
      await open(page, path);
      for (const size of [DESKTOP, PHONE]) {
        await page.setViewportSize(size);
        found.push(...(await faults(page)));
      }
      if (path === DESIGNER) {
        await expect(page.getByText(/设计器适合在更大的屏幕上使用|made for a larger screen/)).toBeVisible();
        await page.locator('.field-button').first().click();
        await expectFits(page);
        await expectAccessible(page);
      }
    }
    expect(found, 'what is wrong with pages').toEqual([]);
  });
}

test('people who do not manage objects find no way in', async ({ person, server }) => {
  await server.complete();
  const page = await person({ as: server.person('dispatcher') });
  await open(page, DESIGNER);
  await expect(page.getByText('没有这个对象')).toBeVisible();
  expect((await page.request.get('/api/v1/objects')).ok()).toBe(true);
});
