/** Forms by who fills them in: customers behind a QR code, engineers on site without network, colleagues at a desk. */
import type { Page } from '@playwright/test';
import { call, dialog, panel, pick, settled, sign } from '../support/steps.ts';
import { expect, expectAccessible, expectFits, pictures, test } from '../support/test.ts';

interface Fields {
  version: number;
  catalogue: { object: string; fields: { id: string }[]; unique_together?: string[][] };
}
interface Stored {
  id: string;
  version: number;
}
interface Ticket {
  id: string;
  version: number;
  number: string;
  ext: Record<string, unknown>;
}

const label = (zh: string, en: string) => ({ zh, en });

/** Fields of tickets for these stories, beside those that tickets have. */
async function fields(page: Page): Promise<void> {
  const { version, catalogue } = await call<Fields>(page, 'GET', '/objects/ticket/fields');
  const own = [
    { id: 'story_floor', kind: { type: 'integer', min: 1, max: 99 }, label: label('所在楼层', 'Floor') },
    { id: 'story_load', kind: { type: 'integer' }, label: label('载重（公斤）', 'Load (kg)') },
    { id: 'story_internal', kind: { type: 'text' }, label: label('内部备注', 'Internal') },
    { id: 'story_plate', kind: { type: 'image' }, label: label('铭牌照片', 'Type plate') },
    { id: 'story_seen', kind: { type: 'signature' }, label: label('现场确认', 'Seen by') },
  ];
  const known = new Set(catalogue.fields.map((field) => field.id));
  const missing = own.filter((field) => !known.has(field.id));
  if (missing.length === 0) return;
  const next = { ...catalogue, fields: [...catalogue.fields, ...missing] };
  await call(page, 'PUT', '/objects/ticket/fields', { catalogue: next }, version);
}

/** A published form of tickets with these fields. */
async function form(page: Page, zh: string, en: string, channel: string, ids: readonly string[]): Promise<Stored> {
  const items = ids.map((field) => ({ type: 'field', field, width: 3 }));
  const body = [{ layout: 'columns', parts: [{ items }] }];
  const made = await call<Stored>(page, 'POST', '/objects/ticket/forms', {
    form: { id: 'new', name: label(zh, en), channel, version: 1, body },
  });
  return call<Stored>(page, 'POST', `/forms/${made.id}/publish`, undefined, made.version);
}

const ticket = async (page: Page, number: string): Promise<Ticket> => {
  const { items } = await call<{ items: Ticket[] }>(page, 'GET', `/tickets?q=${number}`);
  const found = items.find((one) => one.number === number);
  if (!found) throw new Error(`there is no ticket ${number}`);
  return call<Ticket>(page, 'GET', `/tickets/${found.id}`);
};

/** One dot. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

test('each fills in the form that is for them, and all of it comes together on the ticket', async ({
  person,
  server,
  complaints,
}) => {
  test.setTimeout(300_000);
  // The engineer is without network for a while, and browsers tell of every request that fails.
  complaints.allow(/ERR_INTERNET_DISCONNECTED/);
  await server.complete();
  const admin = await person({ as: server.person('admin') });
  await fields(admin);
  const made = [
    await form(admin, '报修补充', 'Report', 'customer', ['story_floor']),
    await form(admin, '现场登记', 'On site', 'engineer', ['story_floor', 'story_load', 'story_plate', 'story_seen']),
    await form(admin, '简单登记', 'Short', 'staff', ['story_internal']),
    await form(admin, '完整登记', 'Long', 'staff', ['story_floor', 'story_load', 'story_internal']),
  ];
  const { items } = await call<{ items: { qr_token: string | null }[] }>(admin, 'GET', '/devices?limit=50');
  const token = items.find((device) => device.qr_token !== null)?.qr_token ?? '';

  const customer = await person({ phone: true });
  let number = '';
  await test.step('the customer is asked more, and told what is wrong', async () => {
    await customer.goto(`/s/${token}`);
    const more = customer.getByRole('region', { name: '补充信息' });
    await expect(more.getByLabel('所在楼层')).toBeVisible();
    await expect(more.getByText('内部备注')).toHaveCount(0);
    await customer.getByRole('checkbox', { name: '异响或震动' }).check();
    await customer.getByLabel('姓名').fill('周女士');
    await customer.getByLabel('电话').fill('13900001111');
    await more.getByLabel('所在楼层').fill('100');
    await customer.getByRole('button', { name: '提交报修' }).click();
    await expect(more.getByRole('alert')).toBeVisible();
    await expectFits(customer);
    await expectAccessible(customer);
    await pictures(customer, 'forms-1-customer');
    // What was typed survives a reload.
    await more.getByLabel('所在楼层').fill('3');
    await customer.reload();
    await expect(more.getByLabel('所在楼层')).toHaveValue('3');
    await customer.getByRole('button', { name: '提交报修' }).click();
    await expect(customer.getByRole('heading', { name: '已收到您的报修' })).toBeVisible();
    number = /T-\d{4}-\d{6}/.exec((await customer.getByText(/工单号 T-/).textContent()) ?? '')?.[0] ?? '';
    await customer.getByRole('link', { name: '查看进度' }).click();
    await expect(customer.getByRole('region', { name: '补充信息' })).toContainText('3');
    await expectAccessible(customer);
  });

  await test.step('the desk chooses between two forms', async () => {
    const agent = await person({ as: server.person('manager') });
    const { id } = await ticket(admin, number);
    await agent.goto(`/tickets/${id}`);
    await settled(agent);
    // The agent's own form asks for something else; what the customer said is there all the same.
    await expect(panel(agent, '更多信息').getByText('所在楼层')).toBeVisible();
    await agent.getByRole('button', { name: /编\s?辑/ }).first().click();
    const drawer = dialog(agent);
    await expect(drawer.getByLabel('内部备注')).toBeVisible();
    await expect(drawer.getByLabel('所在楼层')).toHaveCount(0);
    await pick(drawer.getByRole('combobox', { name: '表单' }), '完整登记');
    await expect(drawer.getByLabel('所在楼层')).toHaveValue('3');
    await drawer.getByLabel('内部备注').fill('老客户');
    await pictures(agent, 'forms-2-desk');
    await drawer.getByRole('button', { name: /^保\s?存$/ }).click();
    await expect(drawer).toHaveCount(0);
    expect((await ticket(admin, number)).ext).toMatchObject({ story_floor: 3, story_internal: '老客户' });
  });

  await test.step('the engineer fills in on site, without network', async () => {
    const { id } = await ticket(admin, number);
    const { items: engineers } = await call<{ items: Stored[] }>(admin, 'GET', `/engineers?q=${encodeURIComponent('陈志强')}`);
    const now = Date.now();
    await call(admin, 'POST', `/tickets/${id}/visits`, {
      engineer_id: engineers[0]?.id,
      starts_at: new Date(now + 60_000).toISOString(),
      ends_at: new Date(now + 3_600_000).toISOString(),
    });
    const engineer = await person({ phone: true, as: server.person('engineer') });
    await engineer.goto('/field');
    await engineer.getByRole('link', { name: '全部' }).click();
    await engineer.getByRole('link').filter({ hasText: number }).click();
    const asked = engineer.getByRole('region', { name: '现场登记' });
    await expect(asked).toContainText('3');
    for (const step of ['接受任务', /^出\s?发$/, '到达签到']) await engineer.getByRole('button', { name: step }).click();
    await expect(asked.getByLabel('所在楼层')).toHaveValue('3');
    await engineer.context().setOffline(true);
    await asked.getByLabel('载重（公斤）').fill('630');
    await asked.getByLabel(/^铭牌照片:/).setInputFiles({ name: 'plate.png', mimeType: 'image/png', buffer: PICTURE });
    await expect(asked.getByRole('img', { name: 'plate.png' })).toBeVisible();
    await asked.getByRole('button', { name: /签\s?名$/ }).click();
    await sign(asked.locator('canvas'));
    await asked.getByRole('button', { name: '确认签名' }).click();
    await expect(asked.locator('img.fv-signature')).toBeVisible();
    await asked.getByRole('button', { name: '保存填写' }).click();
    await expect(asked.getByRole('button', { name: '保存填写' })).toBeDisabled();
    await expect(asked.getByRole('img', { name: 'plate.png' })).toBeVisible();
    await expect(asked.getByLabel('载重（公斤）')).toHaveValue('630');
    await expectFits(engineer);
    await expectAccessible(engineer);
    await pictures(engineer, 'forms-3-engineer');
    expect((await ticket(admin, number)).ext).not.toHaveProperty('story_load');
    await engineer.context().setOffline(false);
    await expect
      .poll(async () => (await ticket(admin, number)).ext, { timeout: 30_000 })
      .toMatchObject({ story_floor: 3, story_load: 630, story_internal: '老客户' });
    const { ext } = await ticket(admin, number);
    for (const name of ['story_plate', 'story_seen']) {
      const [id] = [ext[name]].flat() as string[];
      expect((await call<{ media_type: string }>(admin, 'GET', `/files/${id}`)).media_type).toBe('image/png');
    }
  });

  await test.step('forms are ordered, put away and taken back in the designer', async () => {
    const long = made[3];
    await admin.goto(`/settings/objects/ticket?tab=forms&form=${long?.id}`);
    await settled(admin);
    await admin.getByRole('button', { name: '往前移：优先使用' }).click();
    await expect(admin.getByText('已调整顺序').first()).toBeVisible();
    const order = async () => {
      const { items: all } = await call<{ items: Stored[] }>(admin, 'GET', '/objects/ticket/forms');
      return all.map((one) => one.id);
    };
    const ids = await order();
    expect(ids.indexOf(long?.id ?? '')).toBeLessThan(ids.indexOf(made[2]?.id ?? ''));
    await admin.getByRole('button', { name: /^停\s?用$/ }).click();
    await dialog(admin).getByRole('button', { name: /^停\s?用$/ }).click();
    await expect(admin.getByRole('button', { name: '恢复使用' })).toBeVisible();
    await expectAccessible(admin);
    await pictures(admin, 'forms-4-designer');
    await admin.getByRole('button', { name: '恢复使用' }).click();
    await expect(admin.getByRole('button', { name: /^停\s?用$/ })).toBeVisible();
  });

  // Other stories on this server report without them.
  for (const one of made) {
    const { version } = await call<Stored>(admin, 'GET', `/forms/${one.id}`);
    await call(admin, 'POST', `/forms/${one.id}/archive`, undefined, version);
  }
  await customer.goto(`/s/${token}`);
  await expect(customer.getByRole('button', { name: '提交报修' })).toBeVisible();
  await expect(customer.getByRole('region', { name: '补充信息' })).toHaveCount(0);
});
