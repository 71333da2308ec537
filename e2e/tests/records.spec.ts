/** Vehicles, an object that a company made itself: its list, forms, page, board and calendar, and who sees nothing of it. */
import type { Page } from '@playwright/test';
import { call, day, dialog, digits, pick, save, settled } from '../support/steps.ts';
import { DESKTOP, expect, expectAccessible, faults, PHONE, pictures, test } from '../support/test.ts';

interface Field {
  id: string;
  kind: Record<string, unknown>;
  label: { zh: string; en: string };
  [flag: string]: unknown;
}

async function addFields(page: Page, object: string, more: Field[], change?: (fields: Field[]) => void): Promise<void> {
  const { catalogue, version } = await call<{ catalogue: { fields: Field[] }; version: number }>(
    page,
    'GET',
    `/objects/${object}/fields`,
  );
  const fields = [...catalogue.fields, ...more.filter((field) => !catalogue.fields.some((old) => old.id === field.id))];
  change?.(fields);
  await call(page, 'PUT', `/objects/${object}/fields`, { catalogue: { object, fields } }, version);
}

interface Vehicle {
  id: string;
  version: number;
  title: string;
  values: Record<string, unknown>;
}

const PLATES = ['沪A·10001', '沪A·10002', '沪A·10003'] as const;

/** The object with relations to engineers and tickets, and three vehicles; made once for all tests of the file. */
async function vehicles(page: Page): Promise<Vehicle[]> {
  const { items } = await call<{ items: { key: string }[] }>(page, 'GET', '/objects');
  if (!items.some((object) => object.key === 'vehicle')) {
    await call(page, 'POST', '/objects', {
      key: 'vehicle',
      name: { zh: '服务车辆', en: 'Service vehicles' },
      icon: 'vehicle',
      menu: 'main',
      number_prefix: 'VH',
      template: 'vehicle',
      roles: { dispatcher: { read: 'all', create: 'all', update: 'all' } },
    });
    await addFields(
      page,
      'vehicle',
      [
        {
          id: 'leased',
          kind: { type: 'boolean' },
          label: { zh: '是否租赁', en: 'Leased' },
        },
        {
          id: 'lease_until',
          kind: { type: 'date' },
          label: { zh: '租期至', en: 'Lease until' },
          visible_if: { field: 'leased', op: 'eq', value: true },
          required_if: { field: 'leased', op: 'eq', value: true },
        },
        { id: 'driver_phone', kind: { type: 'phone' }, label: { zh: '司机电话', en: 'Driver phone' }, personal: true },
        { id: 'parked', kind: { type: 'location' }, label: { zh: '停放位置', en: 'Parked at' } },
        { id: 'home', kind: { type: 'region' }, label: { zh: '所属地区', en: 'Home region' } },
      ],
      (fields) => {
        const ticket = fields.find((field) => field.id === 'last_ticket');
        if (ticket) ticket['filterable'] = true;
      },
    );
    const states = ['ready', 'workshop', 'ready'];
    for (const [at, plate] of PLATES.entries()) {
      await call(page, 'POST', '/records/vehicle', {
        values: {
          plate,
          brand: '上汽大通 V80',
          state: states[at],
          mileage: 1000 * (at + 1),
          insured_until: day(at),
          parked: { lat: 31.2 + at / 10, lng: 121.4 + at / 10, system: 'wgs84', address: `张江路 ${at + 1} 号` },
          driver_phone: `1380013800${at}`,
        },
      });
    }
  }
  return (await call<{ items: Vehicle[] }>(page, 'GET', '/records/vehicle?limit=200')).items;
}

async function vehicle(page: Page, plate: string): Promise<Vehicle> {
  const found = (await vehicles(page)).find((one) => one.title === plate);
  if (!found) throw new Error(`there is no vehicle ${plate}`);
  return found;
}

const field = (page: Page, id: string) => dialog(page).locator(`[data-field="${id}"]`);

test('a vehicle is created with its problems shown, changed with a question about unsaved words, and has a timeline', async ({
  person,
  server,
  complaints,
}) => {
  test.setTimeout(180_000);
  await server.complete();
  const page = await person({ as: server.person('admin') });
  await vehicles(page);
  const ticket = (await call<{ items: { number: string; id: string }[] }>(page, 'GET', '/tickets?limit=1')).items[0];
  const engineer = (await call<{ items: { name: string }[] }>(page, 'GET', '/engineers?limit=1')).items[0];
  if (!ticket || !engineer) throw new Error('the demo company has tickets and engineers');

  await page.goto('/tickets');
  await page.getByRole('navigation').getByRole('link', { name: '服务车辆' }).click();
  await expect(page.getByRole('heading', { name: '服务车辆', level: 1 })).toBeVisible();
  await expect(page.getByRole('link', { name: PLATES[0] })).toBeVisible();

  await test.step('what is missing stands beside its field', async () => {
    await page.getByRole('button', { name: '新建服务车辆' }).click();
    await save(page).click();
    await expect(field(page, 'plate').getByRole('alert')).toHaveText('请填写此项');
    await dialog(page).getByLabel('车牌号').fill(PLATES[0]);
    await expect(field(page, 'plate').getByRole('alert')).toHaveCount(0);
    await dialog(page).getByLabel('里程（公里）').fill('-5');
    await dialog(page).getByLabel('司机电话').fill('12');
    await dialog(page).getByLabel('品牌型号').fill('福特全顺');
    await expect(field(page, 'mileage').getByRole('alert')).toHaveText('不能小于 0');
    await expect(field(page, 'driver_phone').getByRole('alert')).toContainText('请填写正确的电话号码');
    await expectAccessible(page);
    await pictures(page, 'records-problems');
  });

  await test.step('a field appears and is required while its condition holds', async () => {
    await expect(field(page, 'lease_until')).toHaveCount(0);
    await field(page, 'leased').getByLabel('是', { exact: true }).check();
    await expect(field(page, 'lease_until')).toBeVisible();
    await dialog(page).getByLabel('里程（公里）').fill('1200');
    await dialog(page).getByLabel('司机电话').fill('138 0013 8009');
    await save(page).click();
    await expect(field(page, 'lease_until').getByRole('alert')).toHaveText('请填写此项');
    await field(page, 'leased').getByLabel('否', { exact: true }).check();
    await expect(field(page, 'lease_until')).toHaveCount(0);
  });

  await test.step('what only the server knows comes back to its field', async () => {
    complaints.allow(/status of 409 .*\/api\/v1\/records\/vehicle$/);
    await save(page).click();
    await expect(field(page, 'plate').getByRole('alert')).toHaveText('已有其他记录使用此内容，不能重复');
  });

  await test.step('with relations to an engineer and a ticket it is saved', async () => {
    await dialog(page).getByLabel('车牌号').fill('沪A·20001');
    await pick(field(page, 'state').getByRole('combobox'), '可用');
    await pick(field(page, 'driver').getByRole('combobox'), engineer.name);
    await pick(field(page, 'last_ticket').getByRole('combobox'), ticket.number);
    await save(page).click();
    await expect(page).toHaveURL(/\/records\/vehicle\/[0-9a-f-]{36}$/);
    await expect(page.getByRole('heading', { name: '沪A·20001' })).toBeVisible();
    await expect(page.getByRole('link', { name: ticket.number })).toBeVisible();
    await expect(page.getByText(engineer.name)).toBeVisible();
    await expect(page.getByText('13800138009')).toBeVisible();
  });

  await test.step('who leaves unsaved words is asked', async () => {
    await page.getByRole('button', { name: /^编\s?辑$/ }).click();
    await dialog(page).getByLabel('里程（公里）').fill('3500');
    await dialog(page).getByRole('button', { name: /^取\s?消$/ }).click();
    await page.getByRole('button', { name: '继续编辑' }).click();
    await expect(dialog(page).getByLabel('里程（公里）')).toHaveValue('3500');
    await save(page).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(page.getByText('3,500', { exact: true }).first()).toBeVisible();
  });

  await test.step('the timeline says who changed what from what to what', async () => {
    const change = page.locator('.timeline > li').first();
    await expect(change).toContainText('修改了记录');
    await expect(change).toContainText('里程（公里）: 1,200 → 3,500');
  });

  await test.step('the ticket shows which vehicle leads to it', async () => {
    await page.goto(`/tickets/${ticket.id}`);
    await expect(page.getByRole('heading', { name: '服务车辆（最近工单）' })).toBeVisible();
    await page.getByRole('link', { name: '沪A·20001' }).click();
    await expect(page.getByRole('heading', { name: '沪A·20001' })).toBeVisible();
  });

  await test.step('it is put away and taken back', async () => {
    await page.getByRole('button', { name: /^停\s?用$/ }).click();
    await expect(page.getByText('已停用')).toBeVisible();
    await page.getByRole('button', { name: '恢复启用' }).click();
    await expect(page.getByText('已停用')).toHaveCount(0);
  });
});

test('the list is filtered and sorted by own fields, and its columns are chosen', async ({ person, server }) => {
  await server.complete();
  const page = await person({ as: server.person('admin') });
  await vehicles(page);
  await page.goto('/records/vehicle');
  const table = page.getByRole('table', { name: '服务车辆' });
  await expect(table.getByRole('link', { name: PLATES[1] })).toBeVisible();

  await page.getByRole('button', { name: '筛选' }).click();
  const filters = dialog(page);
  await filters.getByRole('button', { name: '添加条件' }).click();
  await pick(filters.getByRole('combobox', { name: '字段' }), /^状态$/);
  await pick(filters.getByRole('combobox', { name: '值', exact: true }), '维修中');
  await filters.getByRole('button', { name: '应用' }).click();
  await expect(table.getByRole('row')).toHaveCount(2);
  await expect(table.getByRole('link', { name: PLATES[1] })).toBeVisible();
  await page.reload();
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: '清空条件' }).click();
  await expect(table.getByRole('link', { name: PLATES[0] })).toBeVisible();

  const plates = () => table.locator('tbody tr').getByRole('link').allTextContents();
  await table.getByRole('button', { name: '里程（公里）' }).click();
  await expect.poll(async () => (await plates()).indexOf(PLATES[0]) < (await plates()).indexOf(PLATES[2])).toBe(true);
  await table.getByRole('button', { name: '里程（公里）' }).click();
  await expect.poll(async () => (await plates()).indexOf(PLATES[2]) < (await plates()).indexOf(PLATES[0])).toBe(true);

  await expect(table.getByRole('columnheader', { name: '司机电话' })).toHaveCount(0);
  await page.getByRole('button', { name: '选择列' }).click();
  await dialog(page).getByRole('checkbox', { name: '司机电话' }).check();
  await dialog(page).getByRole('button', { name: '上移 司机电话' }).click();
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: /^关\s?闭$/ }).last().click();
  await expect(table.getByRole('columnheader', { name: '司机电话' })).toBeVisible();
  await page.reload();
  await expect(table.getByRole('columnheader', { name: '司机电话' })).toBeVisible();
});

test('a card that is dragged on the board takes the stage of its column', async ({ person, server, complaints }) => {
  await server.complete();
  const page = await person({ as: server.person('admin') });
  await vehicles(page);
  await page.goto('/records/vehicle?layout=board');
  const column = (name: string) => page.getByRole('region', { name, exact: true });
  const card = (name: string) => column(name).getByRole('listitem').filter({ hasText: PLATES[2] });
  await expect(card('可用')).toBeVisible();

  const from = await card('可用').boundingBox();
  const to = await column('维修中').boundingBox();
  if (!from || !to) throw new Error('card and column are on the page');
  await page.mouse.move(from.x + from.width / 2, from.y + 70);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2 + 20, from.y + 80, { steps: 4 });
  await page.mouse.move(to.x + to.width / 2, to.y + 60, { steps: 12 });
  await page.mouse.up();
  await expect(card('维修中')).toBeVisible();
  await expect(page.getByText('已移动到“维修中”')).toBeVisible();
  await expect.poll(async () => (await vehicle(page, PLATES[2])).values['state']).toBe('workshop');

  await test.step('and with the keyboard', async () => {
    await card('维修中').getByRole('button', { name: `移动 ${PLATES[2]}` }).focus();
    await page.keyboard.press('Space');
    await page.waitForTimeout(200);
    await page.keyboard.press('ArrowLeft');
    await page.waitForTimeout(300);
    await page.keyboard.press('Space');
    await expect(card('可用')).toBeVisible();
    await expect.poll(async () => (await vehicle(page, PLATES[2])).values['state']).toBe('ready');
  });

  await test.step('and by its menu', async () => {
    await card('可用').getByRole('button', { name: `移动到 · ${PLATES[2]}` }).click();
    await page.getByRole('menuitem', { name: '已处置' }).click();
    await expect(card('已处置')).toBeVisible();
    await expect.poll(async () => (await vehicle(page, PLATES[2])).values['state']).toBe('sold');
  });

  await test.step('who was slower is told, and the card goes back', async () => {
    complaints.allow(/status of 412 .*\/api\/v1\/records\/vehicle\//);
    // The board must not hear of the change, so that it goes on from an old version: its reading waits from here on.
    await page.route(/\/api\/v1\/records\/vehicle\?/, () => undefined);
    const record = await vehicle(page, PLATES[2]);
    await call(page, 'PATCH', `/records/vehicle/${record.id}`, { values: { brand: '江铃特顺' } }, record.version);
    await card('已处置').getByRole('button', { name: `移动到 · ${PLATES[2]}` }).click();
    await page.getByRole('menuitem', { name: '可用' }).click();
    await expect(page.getByText(`“${PLATES[2]}”没有移动`)).toBeVisible();
    await expect(card('已处置')).toBeVisible();
    expect((await vehicle(page, PLATES[2])).values).toMatchObject({ state: 'sold', brand: '江铃特顺' });
  });
});

test('calendar, cards and places show the same vehicles', async ({ person, server }) => {
  await server.complete();
  const page = await person({ as: server.person('admin') });
  await vehicles(page);
  await page.goto('/records/vehicle?layout=calendar');
  await expect(page.getByRole('table', { name: '保险到期日' }).getByRole('link', { name: PLATES[0] })).toBeVisible();
  await page.getByRole('button', { name: '上个月' }).click();
  await page.getByRole('button', { name: '上个月' }).click();
  await expect(page.getByRole('link', { name: PLATES[0] })).toHaveCount(0);
  await page.goto('/records/vehicle');
  await page.getByTitle('卡片').click();
  await expect(page).toHaveURL(/layout=gallery/);
  await expect(page.getByRole('link', { name: PLATES[0] })).toBeVisible();
  await page.getByTitle('地图').click();
  await expect(page.getByRole('img', { name: /条记录的位置示意图/ })).toBeVisible();
  await expect(page.getByText('张江路 1 号')).toBeVisible();
});

for (const language of ['zh-CN', 'en'] as const) {
  test(`pages of vehicles at both widths in ${language}`, async ({ person, server }) => {
    test.setTimeout(300_000);
    await server.complete();
    const page = await person({ as: server.person('admin'), language });
    const { id } = await vehicle(page, PLATES[0]);
    const found: string[] = [];
    const layouts = ['', '?layout=board', '?layout=calendar', '?layout=gallery', '?layout=map', `/${id}`, '?create=true'];
    for (const address of layouts) {
      await page.setViewportSize(DESKTOP);
      await page.goto(`/records/vehicle${address}`);
      await settled(page);
      if (address === '?create=true') await expect(dialog(page)).toBeVisible();
      const headings = await page.locator('h1').count();
      if (headings !== 1) found.push(`${address}: ${headings} main headings`);
      const name = `records${address.replace(id, 'one').replaceAll(/[?=/]/g, '-')}-${language}`;
      for (const size of [DESKTOP, PHONE]) {
        await page.setViewportSize(size);
        found.push(...(await faults(page)));
        await page.screenshot({ path: `test-results/pictures/${name}-${size.width}.png`, fullPage: true });
      }
    }
    expect(found, 'what is wrong with pages').toEqual([]);
  });
}

test('personal data is shown on request, and the timeline says who looked', async ({ person, server }) => {
  await server.complete();
  const admin = await person({ as: server.person('admin') });
  const { id } = await vehicle(admin, PLATES[1]);
  const page = await person({ as: server.person('dispatcher') });
  const session = await (await page.request.get('/api/v1/session')).json();
  expect(Object.keys(session.user.permissions), 'dispatchers see personal data on request only').not.toContain(
    'personal_data.read',
  );
  await page.goto(`/records/vehicle/${id}`);
  await expect(page.getByText('***', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: '显示司机电话' }).click();
  await expect(page.getByText('13800138001')).toBeVisible();
  await admin.goto(`/records/vehicle/${id}`);
  await expect(admin.locator('.timeline > li').first()).toContainText('查看了个人信息');
  await expect(admin.locator('.timeline > li').first()).toContainText('司机电话');
});

test('a role without permission sees nothing of the object', async ({ person, server, complaints }) => {
  await server.complete();
  const admin = await person({ as: server.person('admin') });
  const { id } = await vehicle(admin, PLATES[0]);
  const page = await person({ as: server.person('agent') });
  complaints.allow(/status of 40[34] .*\/api\/v1\/(objects|records)\/vehicle/);
  await page.goto('/tickets');
  await settled(page);
  await expect(page.getByRole('navigation').getByRole('link', { name: '客户' })).toBeVisible();
  await expect(page.getByRole('link', { name: '服务车辆' })).toHaveCount(0);
  for (const address of ['/records/vehicle', `/records/vehicle/${id}`]) {
    await page.goto(address);
    await expect(page.getByRole('alert').first()).toBeVisible();
    await expect(page.getByText(PLATES[0])).toHaveCount(0);
    await expect(page.getByRole('button', { name: '新建服务车辆' })).toHaveCount(0);
  }
  const answer = await page.request.get('/api/v1/records/vehicle');
  expect([403, 404]).toContain(answer.status());
});

test('customers have fields of their own in their form, on their page, in columns and filters', async ({
  person,
  server,
}) => {
  test.setTimeout(120_000);
  await server.complete();
  const page = await person({ as: server.person('admin') });
  await addFields(page, 'customer', [
    {
      id: 'industry',
      kind: {
        type: 'choice',
        options: [
          { id: 'hotel', label: { zh: '酒店', en: 'Hotel' }, color: '#1c7ed6' },
          { id: 'mall', label: { zh: '商场', en: 'Mall' } },
        ],
      },
      label: { zh: '行业', en: 'Industry' },
      filterable: true,
    },
    {
      id: 'credit_limit',
      kind: { type: 'money', currency: 'CNY', min: 0 },
      label: { zh: '信用额度', en: 'Credit limit' },
      filterable: true,
      sortable: true,
    },
  ]);
  const name = `海湾酒店 ${digits()}`;
  await page.goto('/customers');
  await page.getByRole('button', { name: '新建客户' }).click();
  await dialog(page).getByLabel('客户名称').fill(name);
  await pick(field(page, 'industry').getByRole('combobox'), '酒店');
  await dialog(page).getByLabel('信用额度').fill('-1');
  await save(page).click();
  await expect(field(page, 'credit_limit').getByRole('alert')).toContainText('不能小于');
  await dialog(page).getByLabel('信用额度').fill('12345.6');
  await save(page).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  await expect(page.getByText('¥12,345.60')).toBeVisible();

  await page.goto('/customers');
  await page.getByRole('button', { name: '筛选' }).click();
  await dialog(page).getByRole('button', { name: '添加条件' }).click();
  await dialog(page).getByRole('combobox', { name: '字段' }).fill('信用额度');
  await page.keyboard.press('Enter');
  await dialog(page).getByRole('spinbutton', { name: '值' }).fill('12345.6');
  await dialog(page).getByRole('button', { name: '应用' }).click();
  const table = page.getByRole('table', { name: '客户' });
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: '选择列' }).click();
  await dialog(page).getByRole('checkbox', { name: '行业' }).check();
  await dialog(page).getByRole('button', { name: /^关\s?闭$/ }).last().click();
  await expect(table.getByRole('cell', { name: '酒店', exact: true })).toBeVisible();
});
