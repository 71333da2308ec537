/** The own fields of a built-in object's record on its page. */
import { useQuery } from '@tanstack/react-query';
import { FormView } from '../form_view/form_view';
import { wholeForm, withRest } from '../form_view/whole_form';
import { defineMessages, useMessages } from '../i18n';
import { fieldsQuery, useStaffForm } from '../objects/queries';
import { Panel } from '../ui/record_page';
import { RelatedRecords } from './related_records';

const messages = defineMessages({ more: '更多信息' }, { more: 'More' });

export default function OwnFacts({
  object,
  id,
  values,
}: {
  object: string;
  id: string;
  values: Readonly<Record<string, unknown>> | null | undefined;
}) {
  const t = useMessages(messages);
  const { data } = useQuery(fieldsQuery(object));
  const form = useStaffForm(object);
  const used = data?.catalogue.fields.some((field) => field.retired !== true) === true;
  return (
    <>
      {data && used && form !== undefined && (
        <Panel title={t('more')}>
          <FormView
            catalogue={data.catalogue}
            form={form ? withRest(form, data.catalogue, values ?? {}) : wholeForm(data.catalogue)}
            values={{ ...values }}
            mode="read"
            place={{ object, id }}
          />
        </Panel>
      )}
      <RelatedRecords object={object} id={id} />
    </>
  );
}
