/** The variables of an instance, each as JSON. */
import { Alert, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { useAttempt } from '@/shared/ui/use_attempt';
import type { InstanceDetail } from './catalogue';
import { refreshRuns } from './incident_actions';
import { runWords } from './run_messages';

interface Row {
  key: number;
  name: string;
  text: string;
  own: boolean;
}

export default function VariablesDialog({ instance, onClose }: { instance: InstanceDetail; onClose: () => void }) {
  const t = useMessages(runWords);
  const { busy, error, attempt } = useAttempt();
  const [wrong, setWrong] = useState<string>();
  const [rows, setRows] = useState<Row[]>(() =>
    Object.entries(instance.variables).map(([name, value], key) => ({
      key,
      name,
      text: JSON.stringify(value),
      own: false,
    })),
  );
  const change = (key: number, part: Partial<Row>) =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const save = () => {
    const variables: Record<string, unknown> = {};
    for (const row of rows.filter((one) => one.name.trim() !== '')) {
      let value: unknown;
      try {
        value = JSON.parse(row.text);
      } catch {
        return setWrong(row.name);
      }
      const before = JSON.stringify(instance.variables[row.name.trim()]);
      if (before !== JSON.stringify(value)) variables[row.name.trim()] = value;
    }
    setWrong(undefined);
    return void attempt(async () => {
      const path = url('/api/v1/process-instances/{id}/variables', { id: instance.id });
      await api.patch(path, { variables }, { version: instance.version });
      await refreshRuns();
      onClose();
    });
  };
  return (
    <Modal open width={640} title={t('editVariables')} okButtonProps={{ loading: busy }} onOk={save} onCancel={onClose}>
      <div className="stack">
        {error !== undefined && <ErrorState error={error} />}
        {wrong !== undefined && <Alert type="error" showIcon title={t('notJson', { name: wrong })} />}
        {rows.map((row) => (
          <div key={row.key} className="row" style={{ flexWrap: 'nowrap', alignItems: 'flex-start' }}>
            <Input
              aria-label={t('name')}
              value={row.name}
              disabled={!row.own}
              style={{ width: 200 }}
              onChange={(event) => change(row.key, { name: event.target.value })}
            />
            <Input.TextArea
              aria-label={`${t('value')} ${row.name}`}
              className="mono"
              autoSize={{ minRows: 1, maxRows: 6 }}
              value={row.text}
              onChange={(event) => change(row.key, { text: event.target.value })}
            />
          </div>
        ))}
        <Button
          onClick={() => setRows([...rows, { key: (rows.at(-1)?.key ?? 0) + 1, name: '', text: '""', own: true }])}
          style={{ alignSelf: 'flex-start' }}
        >
          {t('addVariable')}
        </Button>
      </div>
    </Modal>
  );
}
