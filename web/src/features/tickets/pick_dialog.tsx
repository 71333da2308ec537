/** Asks for an engineer or another ticket, and does with it what was chosen. */
import { Modal } from 'antd';
import { useState } from 'react';
import { RelationSelect } from '@/shared/records/relation_select';
import { ErrorState } from '@/shared/ui/error_state';
import { useAttempt } from '@/shared/ui/use_attempt';

export default function PickDialog({
  open,
  title,
  text,
  of,
  onPick,
  onClose,
}: {
  open: boolean;
  title: string;
  text?: string;
  of: 'engineer' | 'ticket';
  onPick: (id: string) => Promise<void>;
  onClose: () => void;
}) {
  const [id, setId] = useState<string>();
  const { busy, error, attempt } = useAttempt();
  const confirm = async () => {
    if (!id) return;
    await attempt(async () => {
      await onPick(id);
      setId(undefined);
      onClose();
    });
  };
  return (
    <Modal
      open={open}
      title={title}
      onOk={() => void confirm()}
      onCancel={onClose}
      okButtonProps={{ disabled: !id, loading: busy }}
      destroyOnHidden
    >
      <div className="stack">
        {text && <p>{text}</p>}
        {error !== undefined && <ErrorState error={error} />}
        <RelationSelect
          of={of}
          aria-label={title}
          value={id ?? null}
          onChange={(next) => setId(typeof next === 'string' ? next : undefined)}
        />
      </div>
    </Modal>
  );
}
