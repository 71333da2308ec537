/** The form designer: what can be placed to the left, the form in the middle, properties and preview to the right. */
import { CopyOutlined, DeleteOutlined, RedoOutlined, SnippetsOutlined, UndoOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, App, Button, Segmented, Select, Skeleton, Tooltip } from 'antd';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { ApiError } from '@/shared/api/problem';
import type { Catalogue, FormItem } from '@/shared/form_types';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { formQuery, type FormView as StoredForm } from '@/shared/objects/queries';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { keepClip, lastClip, type Clip } from '../clipboard';
import { ConflictBanner, DraftBanner } from '../conflict';
import { newKey } from '../design';
import { DragArea } from '../drag';
import type { FieldDefect } from '../fields/defects';
import { fieldName } from '../fields/field_list';
import { words as fieldWords } from '../fields/messages';
import { DefectsContext, focusProperty } from '../fields/prop';
import { useDesignKeys } from '../keys';
import { FORM_END, FormCanvas, focusNode, itemName } from './form_canvas';
import { FormPalette, NEW_FIELD, NEW_SECTION, NEW_TEXT } from './form_palette';
import { FormProperties } from './form_properties';
import {
  addPart,
  find,
  fitting,
  formDesignOf,
  insertItems,
  insertSections,
  moveItem,
  moveSection,
  newPart,
  nudge,
  placedFields,
  remove,
  sectionOf,
  type FormDesign,
  type ItemNode,
  type Layout,
  type SectionNode,
} from './form_tree';
import { words } from './messages';
import { useFormDesign } from './use_form_design';

const FormPreview = lazy(() => import('./form_preview'));

function newSection(layout: Layout): SectionNode {
  return { key: newKey(), layout, parts: layout === 'columns' ? [newPart()] : [newPart(), newPart()] };
}

export default function FormDesigner({ stored, catalogue }: { stored: StoredForm; catalogue: Catalogue }) {
  const t = useMessages(words);
  const f = useMessages(fieldWords);
  const locale = useLocale();
  const { message, modal } = App.useApp();
  const work = useFormDesign(stored, catalogue);
  const { design, change } = work;
  const [selected, setSelected] = useState<string>();
  const [dropAt, setDropAt] = useState<string>();
  const [version, setVersion] = useState<number>();
  const [side, setSide] = useState<'properties' | 'preview'>('properties');
  const [publishing, setPublishing] = useState(false);
  const [said, setSaid] = useState('');
  const panel = useRef<HTMLElement>(null);
  useUnsavedGuard(work.dirty, work.forgetDraft);
  const old = useQuery({ ...formQuery(stored.id, version), enabled: version !== undefined });

  const found = selected === undefined ? undefined : find(design, selected);
  const placed = useMemo(() => placedFields(design), [design]);
  const fields = catalogue.fields.filter((field) => field.retired !== true);
  const unplaced = fields.filter((field) => !placed.has(field.id));
  const wrong = useMemo(() => new Set(work.defects.flatMap((one) => one.key ?? [])), [work.defects]);
  const published = stored.published_version ?? 0;
  const fieldOf = (id: string) => catalogue.fields.find((field) => field.id === id);

  const nameOf = (id: string): string => {
    if (id.startsWith(NEW_FIELD)) {
      const field = fieldOf(id.slice(NEW_FIELD.length));
      return field ? fieldName(field, locale, f('unnamed')) : '';
    }
    if (id.startsWith(NEW_SECTION)) return t(id.slice(NEW_SECTION.length) as Layout);
    if (id === NEW_TEXT) return t('text');
    if (id === FORM_END) return t('end');
    const node = find(design, id);
    if (!node) return t('whole');
    if (node.what === 'item') return itemName(node.item, catalogue, locale, t('gone'));
    const at = node.at + 1;
    const title = node.what === 'part' ? node.part.title : node.section.title;
    const own = title ? labelText(title, locale) || title.zh : '';
    const { layout } = node.section;
    return own || (node.what === 'part' ? t(`part_${layout}`, { n: at }) : t('section', { n: at, layout: t(layout) }));
  };

  const itemOf = (what: string): ItemNode => {
    if (what === NEW_TEXT) {
      const item: FormItem = {
        type: 'text',
        text: locale === 'en' ? { zh: '', en: t('text') } : { zh: t('text'), en: '' },
      };
      return { key: newKey(), item };
    }
    const id = what.slice(NEW_FIELD.length);
    return { key: newKey(), item: { type: 'field', field: id, width: 3 } };
  };
  /** The part to which a place belongs, and the item before which it lies. */
  const partAt = (into: FormDesign, where: string): { part: string; before?: string } | undefined => {
    const place = find(into, where);
    if (place?.what === 'item') return { part: place.part.key, before: where };
    if (place?.what === 'part') return { part: where };
    const first = place?.section.parts[0];
    return first ? { part: first.key } : undefined;
  };
  const putItems = (items: readonly ItemNode[], where: string | undefined) => {
    change((before) => {
      const last = before.body.at(-1)?.parts.at(-1)?.key;
      const wanted = where === undefined || where === FORM_END ? last : where;
      const place = wanted === undefined ? undefined : partAt(before, wanted);
      if (place && where !== FORM_END) return insertItems(before, place.part, items, place.before);
      const section = newSection('columns');
      const filled = { ...section, parts: section.parts.map((part) => ({ ...part, items: [...items] })) };
      return insertSections(before, [filled], before.body.length);
    });
    const first = items[0];
    if (first) {
      setSelected(first.key);
      focusNode(first.key);
    }
  };
  const sectionPlace = (where: string): number => {
    const place = find(design, where);
    const at = place ? design.body.findIndex((section) => section.key === place.section.key) : -1;
    return at < 0 ? design.body.length : at;
  };
  const putSections = (sections: readonly SectionNode[], at: number) => {
    change((before) => insertSections(before, sections, at));
    const first = sections[0];
    if (first) {
      setSelected(first.key);
      focusNode(first.key);
    }
  };
  const add = (what: string) => {
    if (what.startsWith(NEW_SECTION)) {
      const at = selected === undefined ? design.body.length : sectionPlace(selected) + 1;
      return putSections([newSection(what.slice(NEW_SECTION.length) as Layout)], Math.min(at, design.body.length));
    }
    // Behind the chosen item, so that one click after the other keeps their order.
    if (found?.what !== 'item') return putItems([itemOf(what)], selected);
    const next = found.part.items[found.at + 1]?.key;
    return putItems([itemOf(what)], next ?? found.part.key);
  };
  const drop = (what: string, where: string) => {
    if (what.startsWith(NEW_SECTION)) {
      return putSections([newSection(what.slice(NEW_SECTION.length) as Layout)], sectionPlace(where));
    }
    if (what.startsWith(NEW_FIELD) || what === NEW_TEXT) return putItems([itemOf(what)], where);
    const node = find(design, what);
    if (node?.what === 'section') {
      const to = Math.min(sectionPlace(where), design.body.length - 1);
      change((before) => moveSection(before, what, to));
    } else if (node?.what === 'item') {
      if (where === FORM_END) {
        change((before) => remove(before, what));
        return putItems([node.item], FORM_END);
      }
      change((before) => {
        const place = partAt(before, where);
        return place ? moveItem(before, what, place.part, place.before) : before;
      });
    }
    setSelected(what);
    focusNode(what);
  };
  const removeNode = (key: string | undefined) => {
    if (key === undefined) return;
    change((before) => remove(before, key));
    setSelected(undefined);
  };
  const copy = (): Clip | undefined => {
    if (!found) {
      void message.info(t('chooseSection'));
      return undefined;
    }
    void message.success(t('copied'));
    return { aftersail: 'sections', sections: [sectionOf(found.section)] };
  };
  const paste = (clip: Clip | undefined) => {
    if (clip?.aftersail !== 'sections') return void message.info(f('nothingToPaste'));
    const known = new Set(fields.map((field) => field.id));
    const at = found ? sectionPlace(found.section.key) + 1 : design.body.length;
    putSections(fitting(design, clip.sections, known), at);
    void message.success(t('pasted'));
  };
  const duplicate = () => {
    if (!found) return;
    const known = new Set(fields.map((field) => field.id));
    putSections(fitting(design, [sectionOf(found.section)], known), sectionPlace(found.section.key) + 1);
  };
  const placeAll = () => {
    if (unplaced.length === 0) return;
    putItems(
      unplaced.map((field) => itemOf(NEW_FIELD + field.id)),
      found?.what === 'part' || found?.what === 'section' ? selected : undefined,
    );
  };
  const blocked = work.defects.length > 0 ? f('saveBlocked') : undefined;
  const save = async () => {
    if (blocked || !work.dirty || work.busy) return;
    if (await work.save()) void message.success(t('saved'));
  };
  useDesignKeys({
    undo: version === undefined ? work.undo : undefined,
    redo: version === undefined ? work.redo : undefined,
    save: () => void save(),
    duplicate,
    remove: () => removeNode(selected),
    copy,
    paste,
  });
  const jump = (defect: FieldDefect) => {
    flushSync(() => {
      setSide('properties');
      setSelected(defect.key);
    });
    focusProperty(panel.current, defect.at);
  };
  const canPublish = work.dirty || published === 0 || stored.form.version !== published;
  const conflict = work.error instanceof ApiError && work.error.status === 412;
  const preview = (
    <Suspense fallback={<Skeleton active />}>
      <FormPreview catalogue={catalogue} form={version === undefined ? work.form : (old.data?.form ?? work.form)} />
    </Suspense>
  );
  return (
    <>
      <div className="designer-banners">
        {work.behind && (
          <ConflictBanner
            kind="form."
            label={stored.form.name.zh}
            mine={t('overwrite')}
            onMerge={work.overwrite}
            onTheirs={work.takeTheirs}
          />
        )}
        {work.draftAt !== undefined && work.dirty && (
          <DraftBanner
            at={work.draftAt}
            onClose={work.forgetDraftNote}
            onDrop={() =>
              void modal.confirm({ title: f('draftDropTitle'), content: f('draftDropText'), onOk: work.discard })
            }
          />
        )}
        {work.error !== undefined && !conflict && <ErrorState error={work.error} />}
        <Alert className="small-screen" type="info" showIcon title={f('smallScreen')} />
      </div>
      <div className="designer-bar" role="toolbar" aria-label={t('canvas')}>
        <Select
          size="small"
          aria-label={t('version')}
          value={version ?? 0}
          style={{ minWidth: 150 }}
          options={[
            { value: 0, label: t('draft') },
            ...Array.from({ length: published }, (_, at) => published - at).map((n) => ({
              value: n,
              label: t(n === published ? 'versionInUse' : 'versionN', { n }),
            })),
          ]}
          onChange={(next: number) => setVersion(next === 0 ? undefined : next)}
        />
        <span className="muted nowrap">{published > 0 ? t('published', { n: published }) : t('neverPublished')}</span>
        <span className="grow" />
        {version === undefined && (
          <>
            <Tooltip title={`${f('undo')} (Ctrl+Z)`}>
              <Button
                type="text"
                icon={<UndoOutlined />}
                aria-label={f('undo')}
                disabled={!work.undo}
                onClick={work.undo}
              />
            </Tooltip>
            <Tooltip title={`${f('redo')} (Ctrl+Shift+Z)`}>
              <Button
                type="text"
                icon={<RedoOutlined />}
                aria-label={f('redo')}
                disabled={!work.redo}
                onClick={work.redo}
              />
            </Tooltip>
            <Tooltip title={`${f('copy')} (Ctrl+C)`}>
              <Button
                type="text"
                icon={<CopyOutlined />}
                aria-label={f('copy')}
                disabled={!found}
                onClick={() => {
                  const clip = copy();
                  if (clip) keepClip(clip);
                }}
              />
            </Tooltip>
            <Tooltip title={`${f('paste')} (Ctrl+V)`}>
              <Button
                type="text"
                icon={<SnippetsOutlined />}
                aria-label={f('paste')}
                onClick={() => paste(lastClip())}
              />
            </Tooltip>
            <Tooltip title={`${t('remove')} (Delete)`}>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t('remove')}
                disabled={!found}
                onClick={() => removeNode(selected)}
              />
            </Tooltip>
            <span className={work.dirty ? 'tag tag-waiting' : 'tag'} role="status">
              {f(work.dirty ? 'unsaved' : 'allSaved')}
            </span>
            <ActionButton
              loading={work.busy === 'save'}
              disabled={!work.dirty}
              blocked={work.dirty && blocked}
              onClick={() => void save()}
            >
              {t('save')}
            </ActionButton>
            <ActionButton
              type="primary"
              loading={work.busy === 'publish'}
              blocked={blocked ?? (canPublish ? undefined : t('nothingToPublish'))}
              onClick={() => setPublishing(true)}
            >
              {t('publish')}
            </ActionButton>
          </>
        )}
      </div>
      {version !== undefined && (
        <div className="stack">
          <Alert
            type="info"
            showIcon
            title={t('oldVersion', { n: version })}
            action={
              <div className="row">
                <Button size="small" onClick={() => setVersion(undefined)}>
                  {t('backToDraft')}
                </Button>
                <Button
                  size="small"
                  disabled={!old.data}
                  onClick={() => {
                    const { data } = old;
                    if (!data) return;
                    change(() => formDesignOf(data.form));
                    setVersion(undefined);
                    void message.success(t('taken'));
                  }}
                >
                  {t('useAsDraft')}
                </Button>
              </div>
            }
          />
          {old.isError && <ErrorState error={old.error} onRetry={() => void old.refetch()} />}
          {old.isPending && <Skeleton active />}
          {old.data && preview}
        </div>
      )}
      {version === undefined && (
        <DragArea
          nameOf={nameOf}
          onOver={(drag) => setDropAt(drag?.where === drag?.what ? undefined : drag?.where)}
          onDrop={drop}
        >
          <div className={side === 'preview' ? 'designer designer-wide-side' : 'designer'}>
            <FormPalette unplaced={unplaced} onAdd={add} onPlaceAll={placeAll} />
            <section className="designer-main" aria-label={t('canvas')}>
              {design.body.length === 0 && <EmptyState title={t('empty')} hint={t('emptyHint')} />}
              <FormCanvas
                design={design}
                catalogue={catalogue}
                selected={selected}
                wrong={wrong}
                dropAt={dropAt}
                onSelect={setSelected}
                onNudge={(key, by) => {
                  change((before) => nudge(before, key, by));
                  setSaid(t('moved', { name: nameOf(key) }));
                  focusNode(key);
                }}
                onRemove={removeNode}
                onAddPart={(key) => change((before) => addPart(before, key))}
                onOpen={() => {
                  setSide('properties');
                  panel.current?.querySelector<HTMLElement>('.prop-section input, .prop-section textarea')?.focus();
                }}
              />
              <p className="prop-help designer-keys">{t('keys')}</p>
              <div className="visually-hidden" role="status">
                {said}
              </div>
            </section>
            <aside className="designer-side properties" ref={panel} aria-label={t('properties')}>
              <Segmented
                block
                aria-label={t('properties')}
                value={side}
                options={[
                  { value: 'properties' as const, label: t('properties') },
                  { value: 'preview' as const, label: t('preview') },
                ]}
                onChange={setSide}
              />
              {work.defects.length > 0 && (
                <section className="designer-problems" aria-label={f('problems')}>
                  <h2>{f('problemCount', { n: work.defects.length })}</h2>
                  <ul className="plain-list" aria-live="polite">
                    {work.defects.map((defect) => (
                      <li key={`${defect.key ?? ''}${defect.at}${defect.text}`}>
                        <button type="button" className="problem-link" onClick={() => jump(defect)}>
                          <strong>{defect.key ? nameOf(defect.key) : t('whole')}</strong> {defect.text}
                        </button>
                      </li>
                    ))}
                  </ul>
                </section>
              )}
              {side === 'preview' ? (
                preview
              ) : (
                <DefectsContext.Provider value={work.defects.filter((one) => one.key === selected)}>
                  {found && (
                    <div className="row-between">
                      <h2>{nameOf(selected ?? '')}</h2>
                      <span className="row">
                        <Button size="small" onClick={() => setSelected(undefined)}>
                          {t('formProperties')}
                        </Button>
                        <Button size="small" onClick={() => removeNode(selected)}>
                          {t('remove')}
                        </Button>
                      </span>
                    </div>
                  )}
                  <div className="field-panel">
                    <FormProperties
                      key={selected ?? 'form'}
                      design={design}
                      selected={selected}
                      catalogue={catalogue}
                      change={change}
                    />
                  </div>
                </DefectsContext.Provider>
              )}
            </aside>
          </div>
        </DragArea>
      )}
      <ConfirmAction
        open={publishing}
        title={t('publishTitle')}
        text={t('publishText')}
        okText={t('publish')}
        onClose={() => setPublishing(false)}
        onConfirm={async () => {
          await work.publish();
        }}
      />
    </>
  );
}
