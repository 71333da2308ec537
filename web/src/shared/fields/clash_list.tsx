import { useId } from 'react';
import { defineMessages, useMessages } from '../i18n';
import './clash_list.css';
import type { Clash } from './meanwhile';

const words = defineMessages(
  {
    clashBoth: '以下内容双方都改了，请选择保存哪一个：',
    clashOthers: '对方改了以下内容，保存时会保留：',
    clashOthersToo: '对方还改了以下内容，保存时会保留：',
    keepMine: '保留我的',
    takeTheirs: '用对方的',
  },
  {
    clashBoth: 'Both of you changed these. Choose what is saved:',
    clashOthers: 'They changed these, which stay as they are:',
    clashOthersToo: 'They also changed these, which stay as they are:',
    keepMine: 'Keep mine',
    takeTheirs: 'Take theirs',
  },
);

/**
 * The fields that somebody else changed meanwhile. Where both changed the same one, both values stand together, and the
 * person says which of them is saved; what only the other changed stays as the other left it.
 */
export function ClashList({ clashes }: { clashes: readonly Clash[] }) {
  const t = useMessages(words);
  const group = useId();
  const both = clashes.filter((one) => one.mine !== undefined);
  const others = clashes.filter((one) => one.mine === undefined);
  return (
    <div className="clashes">
      {both.length > 0 && <p>{t('clashBoth')}</p>}
      {both.map((one) => (
        <fieldset key={one.key} className="clash">
          <legend>{one.label}</legend>
          {(['theirs', 'mine'] as const).map((whose) => (
            <label key={whose}>
              <input
                type="radio"
                name={`${group}-${one.key}`}
                checked={(one.chosen ?? 'mine') === whose}
                onChange={() => one.choose?.(whose)}
              />
              <span className="muted">{t(whose === 'mine' ? 'keepMine' : 'takeTheirs')}</span>
              <span className="clash-value">{whose === 'mine' ? one.mine : one.theirs}</span>
            </label>
          ))}
        </fieldset>
      ))}
      {others.length > 0 && <p>{t(both.length > 0 ? 'clashOthersToo' : 'clashOthers')}</p>}
      {others.length > 0 && (
        <ul>
          {others.map((one) => (
            <li key={one.key}>
              {one.label}: {one.was} → {one.theirs}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
