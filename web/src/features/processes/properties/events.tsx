/** What an event or a receive task waits for: time, messages, signals, a condition of the record. */
import { AutoComplete, Select } from 'antd';
import { useMessages } from '@/shared/i18n';
import type { Business, Element } from '../diagram/model';
import { EVENTS, words, type WordKey } from '../messages';
import { ConditionProps } from './condition';
import { make, Prop, rootNamed, TextProp, useScope, useTyped } from './prop';
import { DurationInput, readDuration } from './duration';

type Waits = 'timeDuration' | 'timeDate' | 'timeCycle' | 'message' | 'signal' | 'condition';

const LABELS: Record<Waits, WordKey> = {
  timeDuration: 'waitDuration',
  timeDate: 'waitDate',
  timeCycle: 'waitCycle',
  message: 'waitMessage',
  signal: 'waitSignal',
  condition: 'waitCondition',
};
const TIMES = ['timeDuration', 'timeDate', 'timeCycle'] as const;

/** The only definition of the event, if this panel can show it. */
export function definitionOf(element: Element): Business | undefined {
  const all = element.businessObject.get<Business[] | undefined>('eventDefinitions') ?? [];
  return all.length === 1 ? all[0] : undefined;
}

export function waitsFor(element: Element): Waits | undefined {
  const one = definitionOf(element);
  if (one?.$type === 'bpmn:MessageEventDefinition') return 'message';
  if (one?.$type === 'bpmn:SignalEventDefinition') return 'signal';
  if (one?.$type === 'bpmn:ConditionalEventDefinition') return 'condition';
  if (one?.$type !== 'bpmn:TimerEventDefinition') return undefined;
  return TIMES.find((name) => one.get(name) !== undefined) ?? 'timeDuration';
}

function MessageInput({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useMessages(words);
  const { object } = useScope();
  const label = (name: string) => {
    const key = `event_${name.replace('.', '_')}`;
    return key in words.zh ? t(key as WordKey) : name;
  };
  const shown = value ? label(value) : '';
  const [typed, setTyped] = useTyped(shown);
  const offered = EVENTS.filter((name) => (object === 'quote' ? name.startsWith('quote.') : object === 'ticket'));
  const options = offered.map((name) => ({ value: label(name) }));
  const nameOf = (text: string) => EVENTS.find((name) => label(name) === text.trim()) ?? text.trim();
  return (
    <Prop label={t('message')} help={t('messageHint')}>
      {(id) => (
        <AutoComplete
          id={id}
          value={typed}
          options={options}
          onChange={setTyped}
          onSelect={(text: string) => onChange(nameOf(text))}
          onBlur={() => onChange(nameOf(typed))}
          style={{ width: '100%' }}
        />
      )}
    </Prop>
  );
}

/** The message that a receive or send task names. */
export function MessageProps() {
  const { diagram, element } = useScope();
  const message = element.businessObject.get<Business | undefined>('messageRef');
  return (
    <MessageInput
      value={message?.name ?? ''}
      onChange={(name) => {
        if (name === (message?.name ?? '')) return;
        const next = name === '' ? undefined : rootNamed(diagram, 'bpmn:Message', name);
        diagram.get('modeling').updateProperties(element, { messageRef: next });
      }}
    />
  );
}

export function EventProps({ choose }: { choose: boolean }) {
  const t = useMessages(words);
  const { diagram, element } = useScope();
  const waits = waitsFor(element);
  const definition = definitionOf(element);
  if (!waits || !definition) return null;
  const business = element.businessObject;
  const replace = (type: string, attrs: object) => {
    const next = make(diagram, type, { id: definition.id, ...attrs }, business);
    for (const inner of Object.values(attrs)) {
      if (typeof inner === 'object' && inner !== null && !('$parent' in inner && inner.$parent)) {
        (inner as { $parent?: Business }).$parent = next;
      }
    }
    diagram.get('modeling').updateProperties(element, { eventDefinitions: [next] });
  };
  const time = (name: Waits, body: string) =>
    replace('bpmn:TimerEventDefinition', {
      [name]: diagram.get('bpmnFactory').create('bpmn:FormalExpression', { body }),
    });
  const until = (attrs: object | undefined) =>
    replace(
      'bpmn:ConditionalEventDefinition',
      attrs ? { condition: diagram.get('bpmnFactory').create('bpmn:FormalExpression', attrs) } : {},
    );
  const become = (next: Waits) => {
    if (next === 'message') return replace('bpmn:MessageEventDefinition', {});
    if (next === 'signal') return replace('bpmn:SignalEventDefinition', {});
    if (next === 'condition') return until(undefined);
    return time(next, next === 'timeDuration' ? 'P1D' : next === 'timeCycle' ? 'R3/P1D' : '');
  };
  const said = (waits.startsWith('time') && definition.get<Business | undefined>(waits)?.get<string>('body')) || '';
  const referred = (name: string) => definition.get<Business | undefined>(name)?.name ?? '';
  return (
    <>
      {choose && (
        <Prop label={t('waitFor')}>
          {(id) => (
            <Select<Waits>
              id={id}
              value={waits}
              onChange={become}
              options={(Object.keys(LABELS) as Waits[]).map((one) => ({ value: one, label: t(LABELS[one]) }))}
              style={{ width: '100%' }}
            />
          )}
        </Prop>
      )}
      {waits === 'timeDuration' &&
        (said === '' || readDuration(said) ? (
          <Prop label={t('duration')}>
            {() => (
              <DurationInput
                label={t('duration')}
                value={said}
                onChange={(next) => time('timeDuration', next || 'P1D')}
              />
            )}
          </Prop>
        ) : (
          <TextProp label={t('duration')} mono value={said} onChange={(next) => time('timeDuration', next || 'P1D')} />
        ))}
      {(waits === 'timeDate' || waits === 'timeCycle') && (
        <TextProp
          label={t(waits === 'timeDate' ? 'dateText' : 'waitCycle')}
          help={t(waits === 'timeDate' ? 'dateHint' : 'cycleHint')}
          mono
          value={said}
          onChange={(next) => next !== said && time(waits, next)}
        />
      )}
      {waits === 'message' && (
        <MessageInput
          value={referred('messageRef')}
          onChange={(name) => {
            if (name === referred('messageRef')) return;
            replace(
              'bpmn:MessageEventDefinition',
              name === '' ? {} : { messageRef: rootNamed(diagram, 'bpmn:Message', name) },
            );
          }}
        />
      )}
      {waits === 'condition' && (
        <ConditionProps
          label={t('untilCondition')}
          expression={definition.get<Business | undefined>('condition')}
          set={until}
        />
      )}
      {waits === 'signal' && (
        <TextProp
          label={t('signal')}
          value={referred('signalRef')}
          onChange={(name) => {
            if (name === referred('signalRef')) return;
            replace(
              'bpmn:SignalEventDefinition',
              name === '' ? {} : { signalRef: rootNamed(diagram, 'bpmn:Signal', name) },
            );
          }}
        />
      )}
    </>
  );
}
