/** The words of notifications. */
import { defineMessages } from '@/shared/i18n';

export const words = defineMessages(
  {
    notifications: '通知',
    unread: '通知，{count} 条未读',
    none: '没有通知',
    noneHint: '流程、时限预警和提到你的事情会出现在这里。',
    readAll: '全部标为已读',
    more: '加载更多',
    failed: '通知没有加载出来',
    retry: '重试',
  },
  {
    notifications: 'Notifications',
    unread: 'Notifications, {count} unread',
    none: 'No notifications',
    noneHint: 'What processes and deadlines have to tell you appears here.',
    readAll: 'Mark all as read',
    more: 'Load more',
    failed: 'The notifications could not be loaded',
    retry: 'Try again',
  },
);
