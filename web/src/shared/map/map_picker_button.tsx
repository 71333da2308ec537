/** Opens and closes the map below a place; the map comes when it is first opened. */
import { EnvironmentOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useFormMessages } from '../form_view/scope';
import { mapWords } from './messages';
import type { Point } from './view';

const MapPicker = lazy(() => import('./map_picker'));

export function MapPickerButton(props: {
  id: string;
  label: string;
  point: Point | undefined;
  near?: Point | undefined;
  disabled?: boolean;
  onPick: (point: Point) => void;
}) {
  const t = useFormMessages(mapWords);
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Button
        size="small"
        icon={<EnvironmentOutlined />}
        aria-expanded={open}
        disabled={props.disabled === true}
        onClick={() => setOpen(!open)}
      >
        {t(open ? 'close' : 'pick')}
      </Button>
      {open && (
        <Suspense fallback={<Skeleton active paragraph={{ rows: 4 }} />}>
          <MapPicker {...props} />
        </Suspense>
      )}
    </div>
  );
}
