/** Chooses the icon of an object among those there are. */
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { OBJECT_ICONS, ObjectIcon } from '@/shared/objects/object_icon';
import { objects } from './messages';

export function IconPicker({ value, onChange }: { value?: string | null; onChange?: (value: string) => void }) {
  const t = useMessages(objects);
  const locale = useLocale();
  return (
    <div className="icon-grid" role="group" aria-label={t('icon')}>
      {OBJECT_ICONS.map((icon) => (
        <button
          key={icon.name}
          type="button"
          className="icon-choice"
          aria-label={labelText(icon.label, locale)}
          aria-pressed={value === icon.name}
          title={labelText(icon.label, locale)}
          onClick={() => onChange?.(icon.name)}
        >
          <ObjectIcon name={icon.name} />
        </button>
      ))}
    </div>
  );
}
