/** The map in a form whose fields `lat` and `lng` hold a place. */
import { Form } from 'antd';
import { defineMessages, useMessages } from '../i18n';
import { MapPickerButton } from './map_picker_button';
import type { Point } from './view';

const words = defineMessages({ place: '位置' }, { place: 'Place' });

const isDegrees = (value: unknown): value is number => typeof value === 'number';

/** `near` is where the map begins while the form says no place. */
export function PlaceItem({ near }: { near?: Point | undefined }) {
  const t = useMessages(words);
  const form = Form.useFormInstance();
  const lat: unknown = Form.useWatch('lat', form);
  const lng: unknown = Form.useWatch('lng', form);
  return (
    <div style={{ marginBottom: 16 }}>
      {/* As an item of the form, what is picked counts as typed: leaving asks, and others' news don't overwrite it. */}
      <Form.Item
        noStyle
        name="lng"
        trigger="onPick"
        getValueFromEvent={(point: Point) => point.lng}
        getValueProps={() => ({})}
      >
        <MapPickerButton
          id="place"
          label={t('place')}
          point={isDegrees(lat) && isDegrees(lng) ? { lat, lng } : undefined}
          near={near}
          onPick={(point) => form.setFieldValue('lat', point.lat)}
        />
      </Form.Item>
    </div>
  );
}
