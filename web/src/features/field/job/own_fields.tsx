/** What the company asks engineers about a ticket, its device or the visit: filled in on site, also without network. */
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { FileKeeperContext } from '@/shared/form_view/scope';
import { FormView } from '@/shared/form_view/form_view';
import { useRecordForm } from '@/shared/form_view/record_form';
import { wholeForm } from '@/shared/form_view/whole_form';
import type { Form } from '@/shared/form_types';
import type { FormRecord } from '@/shared/forms';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { useSync, useSyncState, type Job, type Record as RecordStep } from '../context';
import { field } from '../messages';
import { keptIn, useFileKeeper } from '../keeper';
import type { Command } from '../queue/commands';
import { filledIn } from '../queue/overlay';
import type { FormToFill } from '../types';
import { Section } from './section';

interface Props {
  job: Job;
  record: RecordStep;
  /** Whether the engineer is at work there; before and without a form for engineers, values are only shown. */
  working: boolean;
}

type Of = 'ticket' | 'device' | 'visit';

const TITLES = { ticket: 'moreOfTicket', device: 'moreOfDevice', visit: 'moreOfVisit' } as const;

function Filling({
  of,
  asked,
  form,
  values: before,
  refused,
  record,
  onDirty,
}: {
  of: Of;
  asked: FormToFill;
  form: Form;
  values: FormRecord;
  /** What was filled in before and the server refused. */
  refused: Command | undefined;
  record: RecordStep;
  onDirty: (dirty: boolean) => void;
}) {
  const t = useMessages(field);
  const sync = useSync();
  const [busy, setBusy] = useState(false);
  const [back, setBack] = useState<Command>();
  const state = useRecordForm({ catalogue: asked.catalogue, form, before, base: '/ext', part: true });
  const { dirty } = state;
  const [wrong, setWrong] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => onDirty(dirty), [onDirty, dirty]);
  // What was typed and not recorded would be lost with the page.
  useEffect(() => {
    if (!dirty) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [dirty]);
  const save = async () => {
    const problems = state.check();
    setWrong(problems);
    if (problems > 0) {
      // The button stands below a form that may be long: what is missing is brought into sight once it is drawn.
      setTimeout(() => {
        const wrongOne =
          box.current?.querySelector('[aria-invalid="true"]') ?? box.current?.querySelector('.fv-problem');
        const place = wrongOne?.closest('.fv-field');
        place?.scrollIntoView({ block: 'center' });
        place
          ?.querySelector<HTMLElement>('input:not([type="hidden"]), textarea, button')
          ?.focus({ preventScroll: true });
      }, 60);
      return;
    }
    const changed = state.changed();
    if (Object.keys(changed).length === 0) return;
    setBusy(true);
    const payload = { of, form: form.id, form_version: form.version, values: changed };
    const kept = await keptIn(sync, changed);
    if (await record('fields', { payload, kept, shown: { zh: form.name.zh, en: form.name.en } })) {
      state.settle();
      // What was refused has been said anew.
      if (back) await sync.drop(back);
    }
    setBusy(false);
  };
  const takeBack = (command: Command) => {
    const typed = command.payload['values'] as FormRecord;
    for (const [id, value] of Object.entries(typed)) state.onChange({ ...state.values, [id]: value }, id);
    setBack(command);
  };
  return (
    <div ref={box} className="stack">
      {refused && refused !== back && (
        <div className="f-notice" role="status">
          <p>{t('fieldsRefused')}</p>
          <Button size="small" onClick={() => takeBack(refused)}>
            {t('fieldsTakeBack')}
          </Button>
        </div>
      )}
      <FormView
        catalogue={asked.catalogue}
        form={form}
        values={state.values}
        before={before}
        mode="edit"
        width="phone"
        channel="engineer"
        errors={state.errors}
        show={state.show}
        disabled={busy}
        onChange={(next, changed) => {
          setWrong(0);
          state.onChange(next, changed);
        }}
      />
      {state.rest.map((line) => (
        <p key={line} className="f-error">
          {line}
        </p>
      ))}
      <Button type={dirty ? 'primary' : 'default'} disabled={!dirty} loading={busy} onClick={() => void save()}>
        {t('saveFields')}
      </Button>
      {wrong > 0 && (
        <p className="f-error" role="status">
          {t('fieldsWrong', { n: wrong })}
        </p>
      )}
    </div>
  );
}

function One({ of, asked, job, record, working }: Props & { of: Of; asked: FormToFill }) {
  const t = useMessages(field);
  const locale = useLocale();
  const { commands } = useSyncState();
  const stored = job[of]?.ext ?? {};
  const values = filledIn(of, stored, job.visit, commands);
  const { form } = asked;
  // While somebody types, what the office changed meanwhile waits: fields that are not touched are not sent.
  const [dirty, setDirty] = useState(false);
  const [shown, setShown] = useState(values);
  const same = JSON.stringify(shown) === JSON.stringify(values);
  if (!dirty && !same) setShown(values);
  const refused = commands.findLast(
    ({ visit_id, kind, state, payload }) =>
      visit_id === job.visit.id && kind === 'fields' && state === 'rejected' && payload['of'] === of,
  );
  const title = form ? labelText(form.name, locale) : t(TITLES[of]);
  if (form && working) {
    return (
      <Section title={title}>
        <Filling
          key={JSON.stringify([form.version, shown])}
          of={of}
          asked={asked}
          form={form}
          values={shown}
          refused={refused}
          record={record}
          onDirty={setDirty}
        />
      </Section>
    );
  }
  if (Object.keys(values).length === 0) return null;
  return (
    <Section title={title}>
      <FormView
        catalogue={asked.catalogue}
        form={form ?? wholeForm(asked.catalogue)}
        values={values}
        mode="read"
        width="phone"
      />
    </Section>
  );
}

export default function OwnFields(props: Props) {
  const { day } = useSyncState();
  const asked = (of: Of) => day?.forms?.find((one) => one.object === of);
  const keeper = useFileKeeper();
  return (
    <FileKeeperContext value={keeper}>
      {(['ticket', 'device', 'visit'] as const).map((of) => {
        const form = asked(of);
        return form && props.job[of] ? <One key={of} of={of} asked={form} {...props} /> : null;
      })}
    </FileKeeperContext>
  );
}
