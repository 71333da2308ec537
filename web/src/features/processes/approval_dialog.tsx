/** Asks for what an approval needs, and puts it into the drawing ready-made. */
import { Button, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useMessages } from '@/shared/i18n';
import { common } from '@/shared/ui/messages';
import ConditionDialog, { useConditionText, useProcessFields, type Written } from './condition_dialog';
import { insertApproval } from './diagram/insert';
import type { Diagram } from './diagram/model';
import { words } from './messages';
import { useStepNames } from './palette';
import { Prop } from './properties/prop';
import { ATTRIBUTES, RoleSelect } from './properties/people';

export default function ApprovalDialog({
  diagram,
  object,
  where,
  onClose,
}: {
  diagram: Diagram;
  object: string | null;
  where: string | undefined;
  onClose: () => void;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const names = useStepNames();
  const [name, setName] = useState(t('approvalDefault'));
  const [roles, setRoles] = useState<string[]>([]);
  const [always, setAlways] = useState(true);
  const [condition, setCondition] = useState<Written>();
  const [building, setBuilding] = useState(false);
  const [refused, setRefused] = useState<'end' | 'back'>('end');
  const said = useConditionText(condition, useProcessFields(object));
  const ready = where !== undefined && roles.length > 0 && name.trim() !== '' && (always || condition !== undefined);
  const add = () => {
    insertApproval(
      diagram,
      {
        name: name.trim(),
        attributes: { [ATTRIBUTES.role]: roles.join(',') },
        condition: always ? undefined : condition,
        refused,
      },
      names,
    );
    onClose();
  };
  return (
    <Modal
      open
      title={t('addApproval')}
      okText={c('ok')}
      okButtonProps={{ disabled: !ready }}
      onOk={add}
      onCancel={onClose}
    >
      <div className="stack">
        <p className="muted">{where === undefined ? t('placeNowhere') : t('place', { name: where })}</p>
        <Prop label={t('approvalName')}>
          {(id) => <Input id={id} value={name} maxLength={40} onChange={(event) => setName(event.target.value)} />}
        </Prop>
        <Prop label={t('whoApproves')}>{(id) => <RoleSelect id={id} value={roles} onChange={setRoles} />}</Prop>
        <Prop label={t('whenAsked')}>
          {() => (
            <div className="stack" style={{ gap: 8 }}>
              <Radio.Group
                value={always}
                onChange={(event) => {
                  setAlways(event.target.value as boolean);
                  if (event.target.value === false && !condition) setBuilding(true);
                }}
                options={[
                  { value: true, label: t('always') },
                  { value: false, label: t('onlyWhen') },
                ]}
              />
              {!always && (
                <span className="row">
                  <span className={said ? 'condition-text' : 'muted'}>{said ?? t('noCondition')}</span>
                  <Button size="small" onClick={() => setBuilding(true)}>
                    {t('setCondition')}
                  </Button>
                </span>
              )}
            </div>
          )}
        </Prop>
        <Prop label={t('onRefusal')}>
          {() => (
            <Radio.Group
              value={refused}
              onChange={(event) => setRefused(event.target.value as 'end' | 'back')}
              options={[
                { value: 'end', label: t('toEnd') },
                { value: 'back', label: t('toBack') },
              ]}
            />
          )}
        </Prop>
      </div>
      {building && (
        <ConditionDialog object={object} value={condition} onChange={setCondition} onClose={() => setBuilding(false)} />
      )}
    </Modal>
  );
}
