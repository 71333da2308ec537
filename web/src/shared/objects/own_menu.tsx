/** The objects that people defined, as entries of the menu. */
import { Link, useLocation } from '@tanstack/react-router';
import { labelText, useLocale } from '../i18n';
import { ObjectIcon } from './object_icon';
import type { ObjectInfo } from './queries';

export default function OwnMenu({
  items,
  onNavigate,
}: {
  items: readonly ObjectInfo[];
  onNavigate?: (() => void) | undefined;
}) {
  const locale = useLocale();
  const { pathname } = useLocation();
  return (
    <>
      {items.map((info) => {
        const to = `/records/${info.key}`;
        const current = pathname === to || pathname.startsWith(`${to}/`);
        return (
          <li key={info.key}>
            <Link
              to="/records/$object"
              params={{ object: info.key }}
              className="menu-link"
              aria-current={current ? 'page' : undefined}
              onClick={onNavigate}
            >
              <ObjectIcon name={info.icon} /> {labelText(info.name, locale)}
            </Link>
          </li>
        );
      })}
    </>
  );
}
