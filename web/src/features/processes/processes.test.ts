import { expect, it } from 'vitest';
import { drawingOf, emptyDrawing } from './catalogue';
import { readCondition, writeCondition } from './condition_dialog';
import { waysFrom } from './incident_actions';
import { readDuration } from './properties/duration';
import { fieldsOf } from './record_fields';

it('a condition carries the types of the fields that it names, and no others', () => {
  const fields = fieldsOf('ticket', []).map((field) => ({ ...field, id: `ticket.${field.id}` }));
  const condition = {
    all: [
      { field: 'ticket.priority', op: 'in' as const, value: ['critical'] },
      { not: { field: 'ticket.title', op: 'is_empty' as const } },
    ],
  };
  const written = writeCondition(condition, fields);
  expect(written.fields).toEqual({ 'ticket.priority': 'choice', 'ticket.title': 'text' });
  expect(readCondition(JSON.stringify(written))).toEqual(written);
  expect(readCondition('amount > 5')).toBeUndefined();
});

it('durations of one unit are read as a number and a unit, others stay as written', () => {
  expect(readDuration('PT30M')).toEqual({ n: 30, unit: 'minutes' });
  expect(readDuration('P2W')).toEqual({ n: 2, unit: 'weeks' });
  expect(readDuration('P1DT2H')).toBeUndefined();
  expect(readDuration('')).toBeUndefined();
});

it('a new drawing bears the key of its process, and names cannot break it', () => {
  const xml = emptyDrawing('my:process', 'A & "B" <C>');
  const file = new DOMParser().parseFromString(xml, 'application/xml');
  expect(file.getElementsByTagName('parsererror')).toHaveLength(0);
  expect(file.getElementsByTagName('bpmn:process')[0]?.getAttribute('id')).toBe('p_my_process');
  const template = { key: 't', label_zh: '', label_en: '', object: null, object_type: null };
  const own = drawingOf({ ...template, xml: '<bpmn:process id="process" /><x bpmnElement="process" />' }, 'k');
  expect(own).toBe('<bpmn:process id="p_k" /><x bpmnElement="p_k" />');
});

it('the ways out of a step are called by their name, or by where they lead', () => {
  const xml =
    '<d><task id="a"/><task id="b" name="B"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/>' +
    '<sequenceFlow id="g" sourceRef="a" targetRef="b" name="yes"/><sequenceFlow id="h" sourceRef="b" targetRef="a"/></d>';
  expect(waysFrom(xml, 'a')).toEqual([
    { value: 'f', label: '→ B' },
    { value: 'g', label: 'yes' },
  ]);
});
