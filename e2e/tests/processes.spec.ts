/** Processes: somebody who never saw BPMN changes the repair process and publishes it; who is asked finishes the task on a phone. */
import type { Page } from '@playwright/test';
import { call, dialog, digits, pick, settled } from '../support/steps.ts';
import { expect, expectAccessible, expectFits, pictures, test } from '../support/test.ts';

const TASK = `核对资料${digits()}`;

/** A process of one step for engineers, as the API takes it. */
function drawing(key: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:aftersail="urn:aftersail:bpmn:1" id="definitions" targetNamespace="urn:aftersail">
  <bpmn:process id="p_${key}" isExecutable="true">
    <bpmn:startEvent id="start" name="开始" />
    <bpmn:userTask id="approval_papers" name="${TASK}" aftersail:candidateRoles="engineer" aftersail:due="PT4H" />
    <bpmn:endEvent id="end" name="结束" />
    <bpmn:sequenceFlow id="to_task" sourceRef="start" targetRef="approval_papers" />
    <bpmn:sequenceFlow id="to_end" sourceRef="approval_papers" targetRef="end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="p_${key}">
      <bpmndi:BPMNShape id="start_shape" bpmnElement="start"><dc:Bounds x="100" y="122" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="task_shape" bpmnElement="approval_papers"><dc:Bounds x="200" y="100" width="100" height="80" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="end_shape" bpmnElement="end"><dc:Bounds x="364" y="122" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="to_task_edge" bpmnElement="to_task"><di:waypoint x="136" y="140" /><di:waypoint x="200" y="140" /></bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="to_end_edge" bpmnElement="to_end"><di:waypoint x="300" y="140" /><di:waypoint x="364" y="140" /></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>`;
}

/** A running instance of it. */
async function started(page: Page): Promise<string> {
  const key = `papers_${digits()}`;
  const names = { label_zh: '资料核对', label_en: 'Papers' };
  const made = await call<{ id: string; version: number }>(page, 'POST', '/processes', { key, ...names, draft: drawing(key) });
  await call(page, 'POST', `/processes/${made.id}/publish`, { note: null }, made.version);
  const body = { definition_id: made.id, variables: {} };
  return (await call<{ id: string }>(page, 'POST', '/process-instances', body)).id;
}

test('a newcomer adds an approval of critical tickets to the repair process and publishes it', async ({ person, server }) => {
  const page = await person({ as: server.person('admin') });
  const began = Date.now();
  await page.goto('/processes');
  await settled(page);
  await page.getByRole('button', { name: '新建流程' }).first().click();
  await dialog(page).getByRole('radio', { name: '维修流程' }).check();
  await dialog(page).getByRole('button', { name: '新建流程' }).click();
  await expect(page).toHaveURL(/\/processes\/[0-9a-f-]{36}/);
  await expect(page.getByText('没有问题，可以发布')).toBeVisible();

  // One step is pointed at, and the approval goes behind it, ready-made.
  await page.locator('[data-element-id="accept"]').first().click();
  await expect(page.getByText('放在“客服受理”之后')).toBeVisible();
  await page.getByRole('region', { name: '步骤' }).getByRole('button', { name: '审批' }).click();
  const approval = dialog(page, '添加审批');
  await pick(approval.getByLabel('谁审批'), '服务经理');
  await approval.getByRole('radio', { name: '满足条件时才要' }).check();
  const condition = dialog(page, '什么时候走这条路');
  await pick(condition.getByRole('combobox').last(), '紧急');
  await condition.getByRole('button', { name: /^确\s?定$/ }).click();
  await expect(approval.getByText(/^优先级 .* 紧急$/)).toBeVisible();
  await approval.getByRole('button', { name: /^确\s?定$/ }).click();

  await expect(page.getByRole('complementary', { name: '属性' }).getByLabel('名称', { exact: true })).toHaveValue('主管审批');
  await expect(page.getByRole('toolbar').getByText('已保存')).toBeVisible();
  await expect(page.getByText('没有问题，可以发布')).toBeVisible();
  await expectAccessible(page);
  await pictures(page, '流程设计');

  await page.getByRole('button', { name: /^发\s?布$/ }).click();
  await dialog(page).getByLabel('版本说明').fill('紧急工单先由主管审批');
  await dialog(page).getByRole('button', { name: /^发\s?布$/ }).click();
  await expect(page.getByText('已发布 第 1 版')).toBeVisible();
  expect(Date.now() - began, 'milliseconds until it was published').toBeLessThan(300_000);

  // What was wrong is shown where it is wrong, and one can go back and compare.
  await page.getByRole('region', { name: '步骤' }).getByRole('button', { name: '人工步骤' }).click();
  await expect(page.getByRole('toolbar').getByText('已保存')).toBeVisible();
  await page.getByRole('button', { name: /版\s?本/ }).click();
  await page.getByRole('button', { name: /^比\s?较$/ }).click();
  const change = dialog(page, '比较两个版本').getByRole('button', { name: '新增 人工步骤', exact: true });
  await expect(change).toBeVisible();
});

test('who is asked takes the task and answers it on a phone', async ({ person, server }) => {
  const page = await person({ as: server.person('admin') });
  const instance = await started(page);
  const engineer = await person({ phone: true, as: server.person('engineer') });
  await engineer.goto('/tasks');
  await settled(engineer);
  await engineer.getByText('可领取', { exact: true }).first().click();
  const task = engineer.getByRole('listitem', { name: TASK });
  await task.getByRole('button', { name: /^领\s?取$/ }).click();
  await expect(task).toHaveCount(0);
  await engineer.getByText('我的', { exact: true }).click();
  await expect(task).toBeVisible();
  await expectFits(engineer);
  await expectAccessible(engineer);
  await pictures(engineer, '我的任务');
  await task.getByRole('button', { name: /^同\s?意$/ }).click();
  await dialog(engineer).getByLabel('说明').fill('资料齐全');
  await dialog(engineer).getByRole('button', { name: /^同\s?意$/ }).click();
  await expect(task).toHaveCount(0);

  await page.goto(`/process-instances/${instance}`);
  await expect(page.getByText('已完成').first()).toBeVisible();
  await expect(page.getByText('"资料齐全"')).toBeVisible();
  await expectAccessible(page);
  await pictures(page, '流程实例');
});

test('several tasks are taken and answered at once', async ({ person, server }) => {
  const page = await person({ as: server.person('admin') });
  await started(page);
  await started(page);
  const engineer = await person({ as: server.person('engineer') });
  await engineer.goto('/tasks');
  await settled(engineer);
  await engineer.getByText('可领取', { exact: true }).first().click();
  const tasks = engineer.getByRole('listitem', { name: TASK });
  await expect(tasks).toHaveCount(2);
  for (const place of [0, 1]) await tasks.nth(place).getByRole('checkbox').check();
  const bar = engineer.getByRole('region', { name: '批量处理' });
  await expect(bar.getByText('已选 2 项')).toBeVisible();
  await bar.getByRole('button', { name: /^领\s?取$/ }).click();
  await dialog(engineer).getByRole('button', { name: /^领\s?取$/ }).click();
  await expect(tasks).toHaveCount(0);
  await expect(bar).toHaveCount(0);

  await engineer.getByText('我的', { exact: true }).click();
  await expect(tasks).toHaveCount(2);
  for (const place of [0, 1]) await tasks.nth(place).getByRole('checkbox').check();
  await expectAccessible(engineer);
  await pictures(engineer, '批量处理任务');
  await bar.getByRole('button', { name: /^不同意$/ }).click();
  const answer = dialog(engineer, '不同意');
  await expect(answer.getByRole('button', { name: /^不同意$/ })).toBeDisabled();
  await answer.getByLabel('说明').fill('资料不全');
  await answer.getByRole('button', { name: /^不同意$/ }).click();
  await expect(tasks).toHaveCount(0);
});
