import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, useState } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '../i18n';
import { draw } from '../testing/draw';
import { FieldInPlace } from './edit_in_place';
import { FormDrawer } from './form_drawer';
import type { FieldSpec } from './spec';

// Forms are a lot to draw for a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });
const soon = <T,>(check: () => T) => vi.waitFor(check, 10_000);

const PATH = '/api/v1/customers/c1';
const fields: readonly FieldSpec[] = [
  { name: 'name', label: { zh: '名称', en: 'Name' }, kind: 'text' },
  { name: 'note', label: { zh: '备注', en: 'Note' }, kind: 'text' },
];
const before = { id: 'c1', version: 3, updated_at: '2026-03-01T08:00:00Z', name: '甲', note: '旧' };
const theirs = { ...before, version: 4, updated_at: '2026-03-01T09:00:00Z', note: '新' };
const event = (id: string, at: string, actor: string, data: unknown, object_id = 'c1') => ({
  id,
  at,
  kind: 'customer.updated',
  object: 'customer',
  object_id,
  actor: { kind: 'user', id: actor, name: actor },
  data,
});
const history = [
  event('e4', '2026-03-01T09:05:00Z', '钱', { title: { from: 'a', to: 'b' } }, 't1'),
  event('e3', '2026-03-01T09:00:00.002Z', '李', { note: { from: '旧', to: '新' } }),
  event('e2', '2026-03-01T08:00:00.002Z', '赵', { name: { from: '零', to: '甲' } }),
];

interface Sent {
  version: string | undefined;
  body: unknown;
}
let sent: Sent[];

/** A server on which somebody else has saved version 4, and who may not read the history where `history` is none. */
function serve(events: readonly unknown[] | undefined): void {
  const json = (body: unknown, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    if (init.method === 'PATCH') {
      const version = new Headers(init.headers).get('if-match') ?? undefined;
      sent.push({ version, body: JSON.parse(String(init.body)) });
      return version === '"4"' ? json({ ...theirs, version: 5 }) : json({ code: 'stale' }, 412);
    }
    if (address.startsWith(`${PATH}/timeline`)) return events ? json({ items: events }) : json({}, 403);
    return address === PATH ? json(theirs) : json({}, 404);
  });
}

/** A button by its words, between two of which antd puts a space. */
const button = (name: string) =>
  [...document.querySelectorAll('button')].find((one) => [name, [...name].join(' ')].includes(one.textContent));

async function press(name: string): Promise<void> {
  const found = await soon(() => button(name) ?? Promise.reject(new Error(`no button ${name}`)));
  await act(async () => found.click());
}

async function type(id: string, text: string): Promise<void> {
  const input = document.querySelector<HTMLInputElement>(`input[id$="${id}"]`);
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

const shows = (text: string) => soon(() => expect(document.body.textContent).toContain(text));

beforeEach(() => {
  sent = [];
  setLocale('zh-CN');
});

describe('a value changed in place that somebody else changed meanwhile', () => {
  const open = async (saved: (record: unknown) => void = () => undefined) => {
    await draw(
      <FieldInPlace fields={fields} name="name" record={before} path={PATH} editable onSaved={saved}>
        甲
      </FieldInPlace>,
    );
    await act(async () => document.querySelector<HTMLButtonElement>('[aria-label="编辑 名称"]')?.click());
    await type('name', '乙');
    await press('保存');
  };

  it('says who changed what, keeps the typing, and saves it on top of that', async () => {
    serve(history);
    const saved = vi.fn();
    await open(saved);
    await shows('李 在您填写期间修改了这条记录，您填写的内容还在。');
    await shows('备注: 旧 → 新');
    expect(document.body.textContent).not.toContain('零');
    expect(document.querySelector<HTMLInputElement>('input[id$="name"]')?.value).toBe('乙');
    expect(saved).toHaveBeenLastCalledWith(theirs);
    await press('在最新内容上保存我的修改');
    await soon(() => expect(saved).toHaveBeenLastCalledWith({ ...theirs, version: 5 }));
    expect(sent).toEqual([
      { version: '"3"', body: { name: '乙' } },
      { version: '"4"', body: { name: '乙' } },
    ]);
    expect(document.querySelector('input')).toBeNull();
  });

  it('says so in English, and names nobody where the history is not for the person', async () => {
    setLocale('en');
    serve(undefined);
    await draw(
      <FieldInPlace fields={fields} name="name" record={before} path={PATH} editable onSaved={() => undefined}>
        甲
      </FieldInPlace>,
    );
    await act(async () => document.querySelector<HTMLButtonElement>('[aria-label="Edit Name"]')?.click());
    await type('name', '乙');
    await press('Save');
    await shows('Somebody changed this record while you were working. What you entered is kept.');
    expect(button('Save my changes on top of the latest')).toBeDefined();
  });
});

describe('a form over a record that somebody else changed meanwhile', () => {
  function Page() {
    const [record, setRecord] = useState(before);
    return (
      <>
        <button type="button" onClick={() => setRecord(theirs)}>
          news
        </button>
        <FormDrawer open onClose={() => undefined} title="甲" fields={fields} path={PATH} record={record} />
      </>
    );
  }

  const input = (id: string) => document.querySelector<HTMLInputElement>(`input[id$="${id}"]`);

  beforeEach(async () => {
    serve(history);
    const router = createRouter({
      routeTree: createRootRoute({ component: Page }),
      history: createMemoryHistory({ initialEntries: ['/'] }),
    });
    await draw(<RouterProvider router={router as never} />);
    await soon(() => expect(input('name')).not.toBeNull());
  });

  it('sends only what was typed, even after the page has read the record again', async () => {
    await type('name', '乙');
    await press('news');
    expect(input('note')?.value).toBe('旧');
    await press('保存');
    await shows('李 在您填写期间修改了这条记录');
    await press('在最新内容上保存我的修改');
    await soon(() => expect(sent).toHaveLength(2));
    expect(sent).toEqual([
      { version: '"3"', body: { name: '乙' } },
      { version: '"4"', body: { name: '乙' } },
    ]);
  });

  it('shows both values where both changed a field, and saves the one that was chosen', async () => {
    await type('note', '我的');
    await press('保存');
    await shows('以下内容双方都改了');
    const choice = (words: string) =>
      [...document.querySelectorAll<HTMLLabelElement>('.clash label')].find((one) => one.textContent.startsWith(words));
    expect(document.querySelector('.clash legend')?.textContent).toBe('备注');
    expect(choice('用对方的')?.textContent).toBe('用对方的新');
    expect(choice('保留我的')?.textContent).toBe('保留我的我的');
    expect(choice('保留我的')?.querySelector('input')?.checked).toBe(true);
    await act(async () => choice('用对方的')?.querySelector('input')?.click());
    expect(input('note')?.value).toBe('新');
    expect(choice('用对方的')?.querySelector('input')?.checked).toBe(true);
    // One's own value can be had back.
    expect(choice('保留我的')?.textContent).toBe('保留我的我的');
    await act(async () => choice('保留我的')?.querySelector('input')?.click());
    expect(input('note')?.value).toBe('我的');
    await act(async () => choice('用对方的')?.querySelector('input')?.click());
    await press('在最新内容上保存我的修改');
    await soon(() => expect(sent).toHaveLength(2));
    expect(sent[1]).toEqual({ version: '"4"', body: { note: '新' } });
  });

  it('says which fields only the other changed, and that those stay', async () => {
    await type('name', '乙');
    await press('保存');
    await shows('对方改了以下内容，保存时会保留');
    await shows('备注: 旧 → 新');
    expect(document.querySelector('.clash')).toBeNull();
  });

  it('takes what is new as long as nobody has typed', async () => {
    await press('news');
    expect(input('note')?.value).toBe('新');
    await type('name', '乙');
    await press('保存');
    await soon(() => expect(sent).toEqual([{ version: '"4"', body: { name: '乙' } }]));
  });
});
