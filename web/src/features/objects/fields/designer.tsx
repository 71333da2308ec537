/** The field designer: kinds to the left, fields in the middle, the chosen field's properties and what is wrong to the right. */
import {
  CopyOutlined,
  DeleteOutlined,
  PlusSquareOutlined,
  RedoOutlined,
  SnippetsOutlined,
  UndoOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, App, Button, Tooltip } from 'antd';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Field } from '@/shared/form_types';
import { KIND_NAMES } from '@/shared/form_view/kinds';
import type { KindName } from '@/shared/form_view/types';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { objectsQuery, type FieldsView, type ObjectDefinition } from '@/shared/objects/queries';
import { useSession } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { ApiError } from '@/shared/api/problem';
import { lastClip, keepClip, type Clip } from '../clipboard';
import { ConflictBanner, DraftBanner } from '../conflict';
import { catalogueOf, insertFields, moveEntry, renameEntry, togetherWith, type Design, type Entry } from '../design';
import { DragArea } from '../drag';
import { useDesignKeys } from '../keys';
import { MORE_TARGETS, rolesQuery } from '../objects';
import type { FieldDefect } from './defects';
import { END, FieldList, fieldName, focusField } from './field_list';
import FieldPanel from './field_panel';
import { KINDS } from './kinds';
import { words } from './messages';
import { NEW, Palette } from './palette';
import { DefectsContext, focusProperty } from './prop';
import { ScopeContext, type Scope } from './scope';
import { useFieldDesign } from './use_field_design';

function inService(field: Field): Field {
  const { retired: _, ...rest } = field;
  return rest;
}

const ConvertDialog = lazy(() => import('./convert_dialog'));

function Problems({
  defects,
  checking,
  nameOf,
  onJump,
}: {
  defects: readonly FieldDefect[];
  checking: boolean;
  nameOf: (key: string | undefined) => string;
  onJump: (defect: FieldDefect) => void;
}) {
  const t = useMessages(words);
  return (
    <section className="designer-problems" aria-label={t('problems')}>
      <h2>
        {defects.length > 0 ? t('problemCount', { n: defects.length }) : t('problems')}
        {checking && <span className="muted"> · {t('checking')}</span>}
      </h2>
      <div aria-live="polite">
        {defects.length === 0 ? (
          <p className="muted">{t('noProblems')}</p>
        ) : (
          <ul className="plain-list">
            {defects.map((defect) => (
              <li key={`${defect.key ?? ''}${defect.at}${defect.text}`}>
                <button type="button" className="problem-link" onClick={() => onJump(defect)}>
                  <strong>{nameOf(defect.key)}</strong> {defect.text}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

export default function FieldDesigner({ definition, view }: { definition: ObjectDefinition; view: FieldsView }) {
  const t = useMessages(words);
  const locale = useLocale();
  const { message, modal } = App.useApp();
  const session = useSession();
  const { currency } = session.tenant;
  const objects = useQuery(objectsQuery);
  const roles = useQuery(rolesQuery);
  const work = useFieldDesign(view);
  const { design, change, catalogue, base } = work;
  const [selected, setSelected] = useState<readonly string[]>([]);
  const [dropAt, setDropAt] = useState<string>();
  const [retiring, setRetiring] = useState<readonly Entry[]>([]);
  const [converting, setConverting] = useState<Field>();
  const [said, setSaid] = useState('');
  const panel = useRef<HTMLElement>(null);
  useUnsavedGuard(work.dirty, work.forgetDraft);

  const inUse = design.entries.filter((entry) => entry.field.retired !== true);
  const retired = design.entries.filter((entry) => entry.field.retired === true);
  const chosen = design.entries.filter((entry) => selected.includes(entry.key));
  const current = chosen.length === 1 ? chosen[0] : undefined;
  const stored = useMemo(() => new Map(base.catalogue.fields.map((field) => [field.id, field])), [base]);
  const storedIds = useMemo(() => new Set(stored.keys()), [stored]);
  const isStored = (entry: Entry) => stored.has(entry.field.id);
  const name = (entry: Entry | undefined) => (entry ? fieldName(entry.field, locale, t('unnamed')) : '');
  const nameOfKey = (key: string | undefined) =>
    key === undefined ? t('wholeObject') : name(design.entries.find((entry) => entry.key === key));
  const wrong = new Map<string, number>();
  for (const defect of work.defects) {
    if (defect.key !== undefined) wrong.set(defect.key, (wrong.get(defect.key) ?? 0) + 1);
  }

  const scope = useMemo((): Scope => {
    const mine = { key: definition.key, name: definition.name };
    const others = (objects.data ?? []).filter((one) => !one.archived && one.key !== definition.key);
    return { object: mine, catalogue, targets: [mine, ...others, ...MORE_TARGETS], roles: roles.data ?? [], currency };
  }, [definition, objects.data, roles.data, catalogue, currency]);

  /** Before the field of that key, at the end, or behind what is chosen. */
  const put = (fields: readonly Field[], before?: string) => {
    const find = (key: string | undefined) => design.entries.findIndex((entry) => entry.key === key);
    const behind = before === undefined ? find(selected.at(-1)) + 1 : 0;
    const at = before === undefined || before === END ? behind || inUse.length : find(before);
    const made = insertFields(design.entries, at < 0 ? inUse.length : at, fields);
    change((old) => ({ ...old, entries: made.entries }));
    setSelected(made.added.map((entry) => entry.key));
    const first = made.added[0];
    if (first) focusField(first.key);
  };
  const addKind = (kind: KindName, before?: string) => {
    const label = labelText(KIND_NAMES[kind], locale);
    const made = KINDS[kind].make(currency);
    put(
      [{ id: `new_${kind}`, kind: made, label: locale === 'en' ? { zh: '', en: label } : { zh: label, en: '' } }],
      before,
    );
    // The first thing anybody does with a new field is to name it.
    setTimeout(() => {
      const input = panel.current?.querySelector<HTMLInputElement>(`[data-name="${locale}"]`);
      input?.focus();
      input?.select();
    }, 60);
  };
  const move = (key: string, to: number) => {
    const order = inUse.map((entry) => entry.key);
    const from = order.indexOf(key);
    if (from < 0 || to < 0 || to >= order.length || from === to) return;
    const after = moveEntry(inUse, from, to);
    change((old) => ({ ...old, entries: [...after, ...old.entries.filter((entry) => entry.field.retired === true)] }));
    setSaid(t('moved', { name: nameOfKey(key), n: to + 1 }));
    focusField(key);
  };
  const select = (key: string, how: 'only' | 'toggle' | 'range') => {
    setSelected((old) => {
      if (how === 'toggle') return old.includes(key) ? old.filter((one) => one !== key) : [...old, key];
      const from = inUse.findIndex((entry) => entry.key === old.at(0));
      const to = inUse.findIndex((entry) => entry.key === key);
      if (how === 'only' || from < 0) return [key];
      const range = inUse.slice(Math.min(from, to), Math.max(from, to) + 1).map((entry) => entry.key);
      // The first one stays first, so that the range can grow and shrink from it.
      return from <= to ? range : range.toReversed();
    });
  };
  const updateField = (key: string, field: Field, place: string) =>
    change(
      (old) => ({ ...old, entries: old.entries.map((entry) => (entry.key === key ? { key, field } : entry)) }),
      place === '' ? '' : `${key} ${place}`,
    );
  const drop = (keys: readonly string[]) => {
    const left = inUse.findIndex((entry) => keys.includes(entry.key));
    change((old) => ({
      entries: old.entries.filter((entry) => !keys.includes(entry.key)),
      together: old.together.filter((group) => !group.some((key) => keys.includes(key))),
    }));
    const next = inUse.filter((entry) => !keys.includes(entry.key))[Math.max(0, left - 1)];
    setSelected(next ? [next.key] : []);
    if (next) focusField(next.key);
  };
  const setRetired = (keys: readonly string[], value: boolean) => {
    change((old) => {
      const entries = old.entries.map((entry): Entry => {
        if (!keys.includes(entry.key)) return entry;
        const field = inService(entry.field);
        return { ...entry, field: value ? { ...field, retired: true } : field };
      });
      // Retired fields stand last, so that the order of the others is what people see.
      const order = entries.toSorted((a, b) => Number(a.field.retired === true) - Number(b.field.retired === true));
      return { ...old, entries: value ? order : entries };
    });
    setSelected(value ? [] : keys);
  };
  const remove = () => {
    const fresh = chosen.filter((entry) => !isStored(entry));
    const known = chosen.filter(isStored);
    if (known.length > 0) setRetiring(chosen);
    else if (fresh.length > 0) drop(fresh.map((entry) => entry.key));
  };
  const copyClip = (): Clip | undefined => {
    const order = design.entries.filter((entry) => selected.includes(entry.key));
    if (order.length === 0) return undefined;
    void message.success(t('copiedFields', { n: order.length }));
    const bare: Design = { entries: order, together: [] };
    return { aftersail: 'fields', fields: catalogueOf('', bare).fields };
  };
  const paste = (clip: Clip | undefined) => {
    if (clip?.aftersail !== 'fields' || clip.fields.length === 0) return void message.info(t('nothingToPaste'));
    put(clip.fields.map(inService));
    void message.success(t('pasted', { n: clip.fields.length }));
  };
  const duplicate = () => {
    if (chosen.length === 0) return;
    const copies = chosen.map((entry): Field => {
      const field = inService(entry.field);
      const zh = field.label.zh === '' ? '' : `${field.label.zh}（副本）`;
      return { ...field, label: { zh, en: field.label.en === '' ? '' : `${field.label.en} (copy)` } };
    });
    put(copies);
  };
  const jump = (defect: FieldDefect) => {
    if (defect.key === undefined) return;
    const key = defect.key;
    flushSync(() => setSelected([key]));
    focusProperty(panel.current, defect.at);
  };
  const blocked = work.defects.length > 0 ? t('saveBlocked') : undefined;
  const save = async () => {
    if (blocked || work.saving || !work.dirty) return;
    if (await work.save()) void message.success(t('saved'));
  };
  useDesignKeys({
    undo: work.undo,
    redo: work.redo,
    save: () => void save(),
    duplicate,
    remove,
    copy: copyClip,
    paste,
  });
  const openConvert = (field: Field) => {
    if (work.dirty) void message.info(t('convertSaveFirst'));
    else setConverting(field);
  };
  const group = current ? design.together.find((keys) => keys.includes(current.key)) : undefined;
  const idOf = (key: string) => design.entries.find((entry) => entry.key === key)?.field.id ?? '';
  const keyOf = (id: string) => design.entries.find((entry) => entry.field.id === id)?.key;
  const conflict = work.error instanceof ApiError && work.error.status === 412;

  return (
    <ScopeContext.Provider value={scope}>
      <div className="designer-banners">
        {work.behind && (
          <ConflictBanner
            kind="fields.updated"
            label={definition.name.zh}
            onMerge={() => {
              const clashes = work.merge();
              if (clashes.length > 0) void message.warning(t('clashes', { names: clashes.join('、') }), 8);
              else void message.success(t('merged'));
            }}
            onTheirs={work.takeTheirs}
          />
        )}
        {work.draftAt !== undefined && work.dirty && (
          <DraftBanner
            at={work.draftAt}
            onClose={work.forgetDraftNote}
            onDrop={() =>
              void modal.confirm({
                title: t('draftDropTitle'),
                content: t('draftDropText'),
                onOk: work.discard,
              })
            }
          />
        )}
        {work.error !== undefined && !conflict && <ErrorState error={work.error} />}
        <Alert className="small-screen" type="info" showIcon title={t('smallScreen')} />
      </div>
      <div className="designer-bar" role="toolbar" aria-label={t('fields')}>
        <span className="muted nowrap">
          {t('fieldCount', { n: inUse.length })} ·{' '}
          {t('filterableCount', { n: inUse.filter((entry) => entry.field.filterable === true).length })}
        </span>
        <span className="grow" />
        <Tooltip title={`${t('undo')} (Ctrl+Z)`}>
          <Button
            type="text"
            icon={<UndoOutlined />}
            aria-label={t('undo')}
            disabled={!work.undo}
            onClick={work.undo}
          />
        </Tooltip>
        <Tooltip title={`${t('redo')} (Ctrl+Shift+Z)`}>
          <Button
            type="text"
            icon={<RedoOutlined />}
            aria-label={t('redo')}
            disabled={!work.redo}
            onClick={work.redo}
          />
        </Tooltip>
        <Tooltip title={`${t('copy')} (Ctrl+C)`}>
          <Button
            type="text"
            icon={<CopyOutlined />}
            aria-label={t('copy')}
            disabled={chosen.length === 0}
            onClick={() => {
              const clip = copyClip();
              if (clip) keepClip(clip);
            }}
          />
        </Tooltip>
        <Tooltip title={`${t('paste')} (Ctrl+V)`}>
          <Button type="text" icon={<SnippetsOutlined />} aria-label={t('paste')} onClick={() => paste(lastClip())} />
        </Tooltip>
        <Tooltip title={`${t('duplicate')} (Ctrl+D)`}>
          <Button
            type="text"
            icon={<PlusSquareOutlined />}
            aria-label={t('duplicate')}
            disabled={chosen.length === 0}
            onClick={duplicate}
          />
        </Tooltip>
        <Tooltip title={`${t(chosen.some(isStored) ? 'retire' : 'remove')} (Delete)`}>
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t(chosen.some(isStored) ? 'retire' : 'remove')}
            disabled={chosen.length === 0}
            onClick={remove}
          />
        </Tooltip>
        <span className={work.dirty ? 'tag tag-waiting' : 'tag'} role="status">
          {t(work.dirty ? 'unsaved' : 'allSaved')}
        </span>
        <ActionButton
          type="primary"
          loading={work.saving}
          disabled={!work.dirty}
          blocked={work.dirty && blocked}
          onClick={() => void save()}
        >
          {t('save')}
        </ActionButton>
      </div>
      <DragArea
        nameOf={(id) => {
          if (id.startsWith(NEW)) return labelText(KIND_NAMES[id.slice(NEW.length) as KindName], locale);
          return id === END ? t('dropHere') : nameOfKey(id);
        }}
        onOver={(drag) => setDropAt(drag?.what.startsWith(NEW) ? drag.where : undefined)}
        onDrop={(what, where) => {
          if (what.startsWith(NEW)) {
            return addKind(what.slice(NEW.length) as KindName, where);
          }
          const to = where === END ? inUse.length - 1 : inUse.findIndex((entry) => entry.key === where);
          move(what, to);
        }}
      >
        <div className="designer">
          <Palette onAdd={(kind) => addKind(kind)} />
          <section className="designer-main" aria-label={t('fields')}>
            {inUse.length === 0 && <EmptyState title={t('empty')} hint={t('emptyHint')} />}
            <FieldList
              entries={inUse}
              selected={selected}
              index={view.index}
              storedIds={storedIds}
              wrong={wrong}
              dropAt={dropAt}
              onSelect={select}
              onMove={(key, by) => move(key, inUse.findIndex((entry) => entry.key === key) + by)}
              onOpen={() => panel.current?.querySelector<HTMLElement>('input, textarea, button')?.focus()}
            />
            {retired.length > 0 && (
              <section className="retired" aria-label={t('retired')}>
                <h2>{t('retired')}</h2>
                <p className="prop-help">{t('retiredHint')}</p>
                <ul className="plain-list">
                  {retired.map((entry) => (
                    <li key={entry.key} className="row-between">
                      <span>
                        <span aria-hidden="true">{KINDS[entry.field.kind.type].icon}</span> {name(entry)}
                      </span>
                      <span className="row">
                        <Button
                          size="small"
                          aria-label={`${t('restore')} ${name(entry)}`}
                          onClick={() => setRetired([entry.key], false)}
                        >
                          {t('restore')}
                        </Button>
                        <Button
                          size="small"
                          type="text"
                          danger
                          aria-label={`${t('removeForGood')} ${name(entry)}`}
                          onClick={() => drop([entry.key])}
                        >
                          {t('removeForGood')}
                        </Button>
                      </span>
                    </li>
                  ))}
                </ul>
              </section>
            )}
            <p className="prop-help designer-keys">{t('keys')}</p>
            <div className="visually-hidden" role="status">
              {said}
            </div>
          </section>
          <aside className="designer-side properties" ref={panel} aria-label={t('properties')}>
            {work.defects.length > 0 && (
              <Problems defects={work.defects} checking={work.checking} nameOf={nameOfKey} onJump={jump} />
            )}
            {current ? (
              <DefectsContext.Provider value={work.defects.filter((one) => one.key === current.key)}>
                <div className="row-between">
                  <h2>{name(current)}</h2>
                  <Button size="small" onClick={remove}>
                    {t(isStored(current) ? 'retire' : 'remove')}
                  </Button>
                </div>
                <FieldPanel
                  key={current.key}
                  field={current.field}
                  level="field"
                  siblings={catalogue.fields}
                  stored={stored.get(current.field.id)}
                  index={view.index.find((one) => one.field === current.field.id)}
                  together={group?.filter((key) => key !== current.key).map(idOf) ?? []}
                  onTogether={(ids) =>
                    change((old) =>
                      togetherWith(
                        old,
                        current.key,
                        ids.flatMap((id) => keyOf(id) ?? []),
                      ),
                    )
                  }
                  onChange={(field, place) => updateField(current.key, field, place)}
                  onRename={(id) =>
                    change(
                      (old) => ({ ...old, entries: renameEntry(old.entries, current.key, id) }),
                      `${current.key} id`,
                    )
                  }
                  onConvert={() => openConvert(current.field)}
                />
              </DefectsContext.Provider>
            ) : (
              <p className="muted">{chosen.length > 1 ? t('several', { n: chosen.length }) : t('pickOne')}</p>
            )}
          </aside>
        </div>
      </DragArea>
      <ConfirmAction
        open={retiring.length > 0}
        title={t('retireTitle', { name: retiring.map(name).join('、') })}
        text={t('retireText')}
        okText={t('retire')}
        onClose={() => setRetiring([])}
        onConfirm={async () => {
          const known = retiring.filter(isStored).map((entry) => entry.key);
          const fresh = retiring.filter((entry) => !isStored(entry)).map((entry) => entry.key);
          if (fresh.length > 0) drop(fresh);
          setRetired(known, true);
        }}
      />
      {converting && (
        <Suspense fallback={null}>
          <ConvertDialog
            field={converting}
            siblings={catalogue.fields}
            version={base.version}
            onClose={() => setConverting(undefined)}
            onConverted={work.adopt}
          />
        </Suspense>
      )}
    </ScopeContext.Provider>
  );
}
