/** When a flow is taken. */
import { Checkbox } from 'antd';
import { useMessages } from '@/shared/i18n';
import { isA, type Business } from '../diagram/model';
import { words } from '../messages';
import { ConditionProps } from './condition';
import { make, useScope } from './prop';

export function FlowProps() {
  const t = useMessages(words);
  const { diagram, element } = useScope();
  const expression = element.businessObject.get<Business | undefined>('conditionExpression');
  const { source } = element;
  const modeling = diagram.get('modeling');
  const splits =
    isA(source, 'bpmn:ExclusiveGateway') || isA(source, 'bpmn:InclusiveGateway') || isA(source, 'bpmn:Activity');
  if (!source || !splits) return <p className="prop-help">{t('conditionFrom')}</p>;
  const isDefault = source.businessObject.get<Business | undefined>('default') === element.businessObject;
  const set = (attrs: object | undefined) =>
    modeling.updateProperties(element, {
      conditionExpression: attrs && make(diagram, 'bpmn:FormalExpression', attrs, element.businessObject),
    });
  const beDefault = (on: boolean) => {
    if (on && expression) set(undefined);
    modeling.updateProperties(source, { default: on ? element.businessObject : undefined });
  };
  return (
    <>
      <Checkbox checked={isDefault} onChange={(event) => beDefault(event.target.checked)}>
        {t('isDefault')}
      </Checkbox>
      {!isDefault && <ConditionProps label={t('condition')} expression={expression} set={set} />}
    </>
  );
}
