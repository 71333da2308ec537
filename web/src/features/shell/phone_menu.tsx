import { Drawer } from 'antd';
import { useMessages } from '@/shared/i18n';
import { useSession } from '@/shared/session';
import { MainMenu } from './main_menu';
import { shell } from './messages';

/** The menu on a phone: a drawer from the left that closes when a page is chosen. */
export default function PhoneMenu({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useMessages(shell);
  const session = useSession();
  return (
    <Drawer
      open={open}
      placement="left"
      size={260}
      title={session.tenant.name}
      onClose={onClose}
      styles={{ body: { padding: 0 } }}
    >
      <nav aria-label={t('menu')}>
        <MainMenu onNavigate={onClose} />
      </nav>
    </Drawer>
  );
}
