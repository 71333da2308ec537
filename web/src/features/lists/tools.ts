/** The tools of lists, each loaded by the list that shows it. */
import { lazy } from 'react';
import { offerListTools } from '@/shared/ui/list_tools';

offerListTools({
  Views: lazy(() => import('./views')),
  Bulk: lazy(() => import('./bulk')),
  Exchange: lazy(() => import('./exchange')),
  Cell: lazy(() => import('./cell')),
  Groups: lazy(() => import('./groups')),
  GroupSelect: lazy(() => import('./group_select')),
});
