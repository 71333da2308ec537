/** What the product adds to BPMN, so that drawings keep it and the panel can write it. */
const text = (name: string) => ({ name, isAttr: true, type: 'String' });

export const moddle = {
  name: 'Aftersail',
  uri: 'urn:aftersail:bpmn:1',
  prefix: 'aftersail',
  xml: { tagAlias: 'lowerCase' },
  types: [
    { name: 'Staged', extends: ['bpmn:FlowNode'], properties: [text('stage'), text('status')] },
    {
      name: 'Person',
      extends: ['bpmn:UserTask'],
      properties: [
        text('assignee'),
        text('candidateUsers'),
        text('candidateTeams'),
        text('candidateRoles'),
        text('due'),
      ],
    },
    { name: 'Acting', extends: ['bpmn:Task', 'bpmn:ThrowEvent'], properties: [text('action')] },
    { name: 'Triggered', extends: ['bpmn:StartEvent'], properties: [text('on'), text('fields'), text('if')] },
    { name: 'Keyed', extends: ['bpmn:Message'], properties: [text('key')] },
    { name: 'Laned', extends: ['bpmn:Lane'], properties: [text('role'), text('team')] },
    { name: 'Input', superClass: ['Element'], properties: [text('name'), text('value')] },
  ],
};
