/** Processes as they come over the wire, and how pages read them. */
import { queryOptions } from '@tanstack/react-query';
import { api, url } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import type { components } from '@/shared/api/schema';
import type { Page } from '@/shared/api/types';

type Schemas = components['schemas'];
export type Process = Schemas['ProcessDefinition'];
export type ProcessVersion = Schemas['ProcessVersion'];
export type Finding = Schemas['ProcessFinding'];
export type Verdict = Schemas['ProcessVerdict'];
export type Instance = Schemas['ProcessInstance'];
export type InstanceDetail = Schemas['ProcessInstanceDetail'];
export type Task = Schemas['ProcessTask'];
export type Incident = Schemas['ProcessIncident'];
export type Step = Schemas['ProcessStep'];
export type Migration = Schemas['ProcessMigration'];

export type InputKind = Schemas['ActionInput']['kind'];

/** What an automatic step takes. */
export interface ActionInput {
  name: string;
  label_zh: string;
  label_en: string;
  kind: InputKind;
  required: boolean;
  choices?: { value: string; label_zh: string; label_en: string }[];
}

/** What an automatic step can do. */
export interface ProcessAction {
  name: string;
  label_zh: string;
  label_en: string;
  object: string | null;
  inputs: ActionInput[];
}

export interface ProcessTemplate {
  key: string;
  label_zh: string;
  label_en: string;
  object: string | null;
  object_type: string | null;
  xml: string;
}

/** A catalogue that this server does not have is empty: everything else can still be drawn. */
async function optional<T>(path: string, signal: AbortSignal): Promise<T[]> {
  try {
    return (await api.get<{ items: T[] }>(path, undefined, { signal })).items;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

const RARELY = 300_000;

export const actionsQuery = queryOptions({
  queryKey: ['process_action', 'list'],
  queryFn: ({ signal }) => optional<ProcessAction>('/api/v1/process-actions', signal),
  staleTime: RARELY,
});

/** The other systems that a step may call. */
export const webhooksQuery = queryOptions({
  queryKey: ['webhook', 'names'],
  queryFn: ({ signal }) => api.get<{ id: string; name: string }[]>('/api/v1/webhook-names', undefined, { signal }),
});

export const templatesQuery = queryOptions({
  queryKey: ['process_template', 'list'],
  queryFn: ({ signal }) => optional<ProcessTemplate>('/api/v1/process-templates', signal),
  staleTime: RARELY,
});

export const processQuery = (id: string) =>
  queryOptions({
    queryKey: ['process', 'one', id],
    queryFn: ({ signal }) => api.get<Process>(url('/api/v1/processes/{id}', { id }), undefined, { signal }),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['process', 'versions', id],
    queryFn: async ({ signal }) =>
      (
        await api.get<Page<ProcessVersion>>(
          url('/api/v1/processes/{id}/versions', { id }),
          { limit: 100, sort: '-number' },
          { signal },
        )
      ).items,
  });

/** The drawing of a version; it never changes. */
export const versionQuery = (id: string, number: number) =>
  queryOptions({
    queryKey: ['process_drawing', id, number],
    queryFn: async ({ signal }) =>
      (
        await api.get<{ xml: string }>(
          url('/api/v1/processes/{id}/versions/{number}', { id, number: String(number) }),
          undefined,
          { signal },
        )
      ).xml,
    staleTime: Infinity,
  });

export const instanceQuery = (id: string) =>
  queryOptions({
    queryKey: ['process_instance', 'one', id],
    queryFn: ({ signal }) =>
      api.get<InstanceDetail>(url('/api/v1/process-instances/{id}', { id }), undefined, { signal }),
  });

/** The name in the language of the page; the other one where it is missing. */
export function named(of: { label_zh: string; label_en: string }, locale: string): string {
  return locale === 'en' ? of.label_en || of.label_zh : of.label_zh || of.label_en;
}

/** Steps whose id begins so are approvals: whoever does them says yes or no. */
export const APPROVAL = 'approval_';

/** Where an approval puts its answer, and what was said about it. */
export const APPROVED = 'approved';
export const COMMENT = 'comment';

export const CONDITION_LANGUAGE = 'urn:aftersail:condition:1';

/** A drawing with nothing but a beginning and an end. */
export function emptyDrawing(key: string, name: string): string {
  const text = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:aftersail="urn:aftersail:bpmn:1" id="definitions" targetNamespace="urn:aftersail">
  <bpmn:process id="p_${key.replaceAll(/[^\w]/g, '_')}" name="${text}" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>flow</bpmn:outgoing></bpmn:startEvent>
    <bpmn:endEvent id="end"><bpmn:incoming>flow</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="flow" sourceRef="start" targetRef="end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="p_${key.replaceAll(/[^\w]/g, '_')}">
      <bpmndi:BPMNShape id="start_shape" bpmnElement="start"><dc:Bounds x="160" y="200" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="end_shape" bpmnElement="end"><dc:Bounds x="360" y="200" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="flow_edge" bpmnElement="flow"><di:waypoint x="196" y="218" /><di:waypoint x="360" y="218" /></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
`;
}

/** A template's drawing as the drawing of a process of its own. */
export function drawingOf(template: ProcessTemplate, key: string): string {
  const own = `p_${key.replaceAll(/[^\w]/g, '_')}`;
  return template.xml
    .replace('<bpmn:process id="process"', `<bpmn:process id="${own}"`)
    .replaceAll('bpmnElement="process"', `bpmnElement="${own}"`);
}
