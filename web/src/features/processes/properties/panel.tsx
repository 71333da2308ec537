/** The properties of what is selected, in the words of people who never saw BPMN. */
import { DeleteOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Segmented, Select } from 'antd';
import { useState } from 'react';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { choices, useOptions } from '@/shared/labels';
import { fieldsQuery } from '@/shared/objects/queries';
import { MultiSelect } from '@/shared/ui/multi_select';
import ConditionDialog, { readCondition, useConditionText, useProcessFields } from '../condition_dialog';
import { isA, type Business, type Diagram, type Element } from '../diagram/model';
import { words } from '../messages';
import { fieldsOf } from '../record_fields';
import { ActionProps } from './action';
import { make, Prop, PropertyScope, TextProp, useAttribute, useScope } from './prop';
import { EventProps, MessageProps, waitsFor } from './events';
import { FlowProps } from './flow';
import { WhoProps } from './people';
import './properties.css';

function NameProp() {
  const t = useMessages(words);
  const { diagram, element } = useScope();
  const value = element.businessObject.name ?? '';
  return (
    <TextProp
      label={t('name')}
      value={value}
      onChange={(next) => next !== value && diagram.get('modeling').updateProperties(element, { name: next })}
    />
  );
}

function StageProps() {
  const t = useMessages(words);
  const { object } = useScope();
  const [stage, setStage] = useAttribute('aftersail:stage');
  const [status, setStatus] = useAttribute('aftersail:status');
  const options = useOptions(choices.reachedStatus);
  return (
    <>
      <TextProp label={t('stage')} help={t('stageHint')} value={stage} onChange={setStage} />
      {object === 'ticket' && (
        <Prop label={t('setStatus')}>
          {(id) => (
            <Select
              id={id}
              value={status}
              options={[{ value: '', label: t('unchanged') }, ...options]}
              onChange={(next: string) => setStatus(next)}
              style={{ width: '100%' }}
            />
          )}
        </Prop>
      )}
    </>
  );
}

function StartProps() {
  const t = useMessages(words);
  const locale = useLocale();
  const { object } = useScope();
  const [on, setOn] = useAttribute('aftersail:on');
  const [fields, setFields] = useAttribute('aftersail:fields');
  const [condition, setCondition] = useAttribute('aftersail:if');
  const catalogue = useQuery({ ...fieldsQuery(object ?? ''), enabled: object !== null && on === 'changed' });
  return (
    <>
      <Prop label={t('trigger')}>
        {(id) => (
          <Select
            id={id}
            value={on}
            onChange={(next: string) => {
              if (next !== 'changed') setFields('');
              if (next === '') setCondition('');
              setOn(next);
            }}
            options={[
              { value: '', label: t('byHand') },
              { value: 'created', label: t('onCreated'), disabled: object === null },
              { value: 'changed', label: t('onChanged'), disabled: object === null },
            ]}
            style={{ width: '100%' }}
          />
        )}
      </Prop>
      {on === 'changed' && (
        <Prop label={t('changedFields')}>
          {(id) => (
            <MultiSelect
              id={id}
              optionFilterProp="label"
              value={fields.split(',').filter(Boolean)}
              onChange={(next: string[]) => setFields(next.join(','))}
              options={fieldsOf(object, catalogue.data?.catalogue.fields ?? []).map((field) => ({
                value: field.id,
                label: labelText(field.label, locale),
              }))}
              style={{ width: '100%' }}
            />
          )}
        </Prop>
      )}
      {on !== '' && <OnlyIf value={condition} onChange={setCondition} />}
    </>
  );
}

/** A condition that is kept in an attribute: a tree, and nothing else. */
function OnlyIf({ value, onChange }: { value: string; onChange: (next: string) => void }) {
  const t = useMessages(words);
  const { object } = useScope();
  const [open, setOpen] = useState(false);
  const tree = value === '' ? undefined : readCondition(value);
  const said = useConditionText(tree, useProcessFields(object));
  return (
    <Prop label={t('startIf')}>
      {(id) => (
        <div className="stack" style={{ gap: 8 }}>
          <div className={said ? 'condition-text' : 'muted'}>{said ?? t('startAlways')}</div>
          <span className="row">
            <Button id={id} onClick={() => setOpen(true)}>
              {t('setCondition')}
            </Button>
            {said && (
              <Button type="link" size="small" onClick={() => onChange('')}>
                {t('noOnlyIf')}
              </Button>
            )}
          </span>
          {open && (
            <ConditionDialog
              title={t('startIf')}
              object={object}
              value={tree}
              onClose={() => setOpen(false)}
              onChange={(next) => onChange(next ? JSON.stringify(next) : '')}
            />
          )}
        </div>
      )}
    </Prop>
  );
}

function ScriptProps() {
  const t = useMessages(words);
  const [script, setScript] = useAttribute('script');
  return <TextProp label={t('script')} help={t('scriptHint')} mono rows={5} value={script} onChange={setScript} />;
}

const LOOP = 'bpmn:MultiInstanceLoopCharacteristics';

function ManyProps() {
  const t = useMessages(words);
  const { diagram, element } = useScope();
  const loop = element.businessObject.get<Business | undefined>('loopCharacteristics');
  if (loop && loop.$type !== LOOP) return null;
  const way = loop ? (loop.get('isSequential') ? 'sequential' : 'parallel') : 'none';
  const count = loop?.get<Business | undefined>('loopCardinality')?.get<string | undefined>('body') ?? '';
  const set = (next: string, body: string) => {
    if (next === 'none') return diagram.get('modeling').updateProperties(element, { loopCharacteristics: undefined });
    const made = make(diagram, LOOP, { isSequential: next === 'sequential' }, element.businessObject);
    made.set('loopCardinality', make(diagram, 'bpmn:FormalExpression', { body: body || '2' }, made));
    diagram.get('modeling').updateProperties(element, { loopCharacteristics: made });
  };
  return (
    <>
      <Prop label={t('many')}>
        {() => (
          <Segmented
            block
            size="small"
            value={way}
            onChange={(next) => set(next, count)}
            options={[
              { value: 'none', label: t('manyNone') },
              { value: 'parallel', label: t('manyParallel') },
              { value: 'sequential', label: t('manySequential') },
            ]}
          />
        )}
      </Prop>
      {way !== 'none' && (
        <TextProp
          label={t('count')}
          help={t('countHint')}
          mono
          value={count}
          onChange={(next) => next !== count && set(way, next)}
        />
      )}
    </>
  );
}

function Parts() {
  const t = useMessages(words);
  const { diagram, element, expert } = useScope();
  const isFlow = element.type === 'bpmn:SequenceFlow';
  const acts = ['bpmn:ServiceTask', 'bpmn:SendTask', 'bpmn:BusinessRuleTask'].includes(element.type);
  return (
    <>
      <NameProp />
      {isFlow && <FlowProps />}
      {element.type === 'bpmn:StartEvent' && !waitsFor(element) && <StartProps />}
      {element.type === 'bpmn:UserTask' && <WhoProps />}
      {acts && <ActionProps />}
      {element.type === 'bpmn:ReceiveTask' && <MessageProps />}
      {element.type === 'bpmn:ScriptTask' && <ScriptProps />}
      {isA(element, 'bpmn:Event') && (
        <EventProps choose={element.type === 'bpmn:IntermediateCatchEvent' || element.type === 'bpmn:BoundaryEvent'} />
      )}
      {(isA(element, 'bpmn:Activity') || isA(element, 'bpmn:Event')) && <StageProps />}
      {expert && isA(element, 'bpmn:Activity') && <ManyProps />}
      {expert && <p className="prop-help mono">{`${t('elementId')}: ${element.id}`}</p>}
      {element.type !== 'bpmn:Process' && (
        <Button
          danger
          type="text"
          icon={<DeleteOutlined />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => diagram.get('modeling').removeElements([element])}
        >
          {t('remove')}
        </Button>
      )}
    </>
  );
}

export function Properties({
  diagram,
  element,
  object,
  expert,
}: {
  diagram: Diagram;
  element: Element | undefined;
  object: string | null;
  expert: boolean;
}) {
  const t = useMessages(words);
  const shape = element?.labelTarget ?? element;
  return (
    <aside className="process-properties" aria-label={t('properties')}>
      <h2>{t('properties')}</h2>
      {!shape || shape.type === 'bpmn:Process' || shape.type === 'bpmn:Collaboration' ? (
        <p className="muted">{t('nothingSelected')}</p>
      ) : (
        <PropertyScope value={{ diagram, element: shape, object, expert }}>
          <div className="stack" key={shape.id}>
            <Parts />
          </div>
        </PropertyScope>
      )}
    </aside>
  );
}
