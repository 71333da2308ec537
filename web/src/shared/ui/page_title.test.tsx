import { act } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import { defineMessages, setLocale, useMessages } from '../i18n';
import { draw } from '../testing/draw';
import { PageTitle } from './page_title';
import { RecordPage } from './record_page';

const words = defineMessages({ title: '备件' }, { title: 'Parts' });

function Parts() {
  const t = useMessages(words);
  return <PageTitle name={t('title')} />;
}

const record = (heading: string | undefined, pending = false) => (
  <RecordPage
    object="device"
    id="d1"
    heading={heading}
    main={null}
    error={undefined}
    pending={pending}
    onRetry={() => undefined}
  />
);

beforeEach(() => {
  document.title = 'Aftersail · 长青电梯';
  setLocale('zh-CN');
});

describe('the name of the tab', () => {
  it('is that of the page and the company, in the chosen language', async () => {
    const box = await draw(<Parts />);
    expect(document.title).toBe('备件 · 长青电梯');
    await act(async () => setLocale('en'));
    expect(document.title).toBe('Parts · 长青电梯');
    expect(box.querySelector('h1')?.textContent).toBe('Parts');
  });

  it('is that of the record once it is there', async () => {
    await draw(record(undefined, true));
    expect(document.title).toBe('Aftersail · 长青电梯');
    await draw(record('SN-1'));
    expect(document.title).toBe('SN-1 · 长青电梯');
  });

  it('goes with the page', async () => {
    await draw(<Parts key="a" />);
    await draw(<PageTitle key="b" name="设备" hidden />);
    expect(document.title).toBe('设备 · 长青电梯');
    await draw(null);
    expect(document.title).toBe('Aftersail · 长青电梯');
  });

  it('comes with every heading of a staff page', () => {
    const pages = import.meta.glob('/src/features/*/**/*.tsx', { query: '?raw', import: 'default', eager: true });
    const others = /\/features\/(field|portal)\/|auth_frame/;
    const bare = Object.entries(pages).filter(([path, text]) => !others.test(path) && String(text).includes('<h1'));
    expect(bare.map(([path]) => path)).toEqual([]);
  });
});
