/** The three faces by address: staff at `/`, field engineer at `/field`, customer at `/s/<token>`. Each loads alone. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { queryClient } from '@/shared/api/query_client';
import { ApiError } from '@/shared/api/problem';
import { sessionQuery } from '@/shared/session';
import { intakeSearch, listSearch } from '@/shared/ui/list_search';
import { CrashPage } from '@/shared/ui/crash_page';
import { NotFoundPage } from '@/shared/ui/not_found_page';
import { PageSkeleton } from '@/shared/ui/page_skeleton';

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

/** Lets only people with a session in; others sign in first and come back. */
async function requireSession(href: string): Promise<void> {
  try {
    await queryClient.ensureQueryData(sessionQuery);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      throw redirect({ to: '/sign-in', search: href === '/' ? {} : { next: href } });
    }
    throw error;
  }
}

const staffRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'staff',
  beforeLoad: ({ location }) => requireSession(location.href),
  component: lazyRouteComponent(() => import('@/features/shell/shell')),
});

const fieldRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/field',
  beforeLoad: ({ location }) => requireSession(location.href),
  component: lazyRouteComponent(() => import('@/features/field/index')),
});

const fieldDeepRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/field/$',
  beforeLoad: ({ location }) => requireSession(location.href),
  component: lazyRouteComponent(() => import('@/features/field/index')),
});

const linkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/s/$token',
  component: lazyRouteComponent(() => import('@/features/portal/index')),
});

const warrantyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/w',
  validateSearch: (search: Record<string, unknown>): { serial?: string; code?: string } => {
    const text = (value: unknown) =>
      typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
    const [serial, code] = [text(search['serial']), text(search['code'])];
    return { ...(serial ? { serial } : {}), ...(code ? { code } : {}) };
  },
  component: lazyRouteComponent(() => import('@/features/portal/warranty')),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search['next'] === 'string' ? { next: search['next'] } : {},
  component: lazyRouteComponent(() => import('@/features/identity/sign_in_page')),
});

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('@/features/identity/forgot_password_page')),
});

const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset/$token',
  component: lazyRouteComponent(() => import('@/features/identity/reset_page')),
});

const inviteRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invite/$token',
  component: lazyRouteComponent(() => import('@/features/identity/invite_page')),
});

const cockpitRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/',
  beforeLoad: () => {
    // Who doesn't read figures begins where their work is.
    const session = queryClient.getQueryData(sessionQuery.queryKey);
    if (session && !('insight.read' in session.user.permissions)) throw redirect({ to: '/tickets', replace: true });
  },
  component: lazyRouteComponent(() => import('@/features/desk/cockpit_page')),
});

const intakeRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/intake',
  validateSearch: intakeSearch,
  component: lazyRouteComponent(() => import('@/features/desk/intake_page')),
});

const ticketsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/tickets',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/tickets/tickets_page')),
});

const ticketRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/tickets/$id',
  component: lazyRouteComponent(() => import('@/features/tickets/ticket_page')),
});

const customersRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/customers',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/customers/customers_page')),
});

const customerRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/customers/$id',
  component: lazyRouteComponent(() => import('@/features/customers/customer_page')),
});

const duplicatesRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/customers/duplicates',
  component: lazyRouteComponent(() => import('@/features/customers/duplicates_page')),
});

const devicesRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/devices',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/devices/devices_page')),
});

const deviceRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/devices/$id',
  component: lazyRouteComponent(() => import('@/features/devices/device_page')),
});

const productsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/products',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/products/products_page')),
});

const partsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/parts',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/inventory/parts_page')),
});

const engineersRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/engineers',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/workforce/engineers_page')),
});

const contractsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/contracts',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/contracts/contracts_page')),
});

const ordersRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/orders',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/orders/orders_page')),
});

const orderRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/orders/$id',
  component: lazyRouteComponent(() => import('@/features/orders/order_page')),
});

const renewalsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/renewals',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/contracts/renewals_page')),
});

const plansRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/maintenance',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/plans/plans_page')),
});

const planRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/maintenance/$id',
  component: lazyRouteComponent(() => import('@/features/plans/plan_page')),
});

const dispatchRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/dispatch',
  component: lazyRouteComponent(() => import('@/features/dispatch/dispatch_page')),
});

const quotesRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/quotes',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/finance/quotes_page')),
});

const quoteRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/quotes/$id',
  component: lazyRouteComponent(() => import('@/features/finance/quote_page')),
});

const surveysRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/surveys',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/surveys/surveys_page')),
});

const recoveryTasksRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/recovery-tasks',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/surveys/tasks_page')),
});

const tasksRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/tasks',
  component: lazyRouteComponent(() => import('@/features/processes/tasks_page')),
});

const processesRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/processes',
  component: lazyRouteComponent(() => import('@/features/processes/processes_page')),
});

const processRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/processes/$id',
  component: lazyRouteComponent(() => import('@/features/processes/designer_page')),
});

const incidentsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/process-incidents',
  component: lazyRouteComponent(() => import('@/features/processes/incidents_page')),
});

const instanceRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/process-instances/$id',
  component: lazyRouteComponent(() => import('@/features/processes/instance_page')),
});

const recordsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/records/$object',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/objects/records/records_page')),
});

const recordRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/records/$object/$id',
  component: lazyRouteComponent(() => import('@/features/objects/records/record_page')),
});

const importsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/imports',
  validateSearch: (search: Record<string, unknown>): { list?: string } =>
    typeof search['list'] === 'string' ? { list: search['list'] } : {},
  component: lazyRouteComponent(() => import('@/features/lists/imports_page')),
});

const exportsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/exports',
  component: lazyRouteComponent(() => import('@/features/lists/exports_page')),
});

const importRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/imports/$id',
  // The uploaded file, for another of its sheets.
  validateSearch: (search: Record<string, unknown>): { file?: string } =>
    typeof search['file'] === 'string' ? { file: search['file'] } : {},
  component: lazyRouteComponent(() => import('@/features/lists/import_page')),
});

const settingsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/settings',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/settings/settings_page')),
});

const settingsSectionRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/settings/$section',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/settings/settings_page')),
});

const objectRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/settings/objects/$object',
  validateSearch: (search: Record<string, unknown>): { tab?: 'forms' | 'settings'; form?: string } => ({
    ...(search['tab'] === 'forms' || search['tab'] === 'settings' ? { tab: search['tab'] } : {}),
    ...(typeof search['form'] === 'string' ? { form: search['form'] } : {}),
  }),
  component: lazyRouteComponent(() => import('@/features/objects/object_page')),
});

const auditRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/audit',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/audit/audit_page')),
});

const profileRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/profile',
  component: lazyRouteComponent(() => import('@/features/identity/profile_page')),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    staffRoute.addChildren([
      cockpitRoute,
      intakeRoute,
      ticketsRoute,
      ticketRoute,
      customersRoute,
      customerRoute,
      duplicatesRoute,
      devicesRoute,
      deviceRoute,
      productsRoute,
      partsRoute,
      engineersRoute,
      contractsRoute,
      ordersRoute,
      orderRoute,
      renewalsRoute,
      plansRoute,
      planRoute,
      dispatchRoute,
      quotesRoute,
      quoteRoute,
      surveysRoute,
      recoveryTasksRoute,
      tasksRoute,
      processesRoute,
      processRoute,
      incidentsRoute,
      instanceRoute,
      recordsRoute,
      recordRoute,
      importsRoute,
      exportsRoute,
      importRoute,
      settingsRoute,
      settingsSectionRoute,
      objectRoute,
      auditRoute,
      profileRoute,
    ]),
    fieldRoute,
    fieldDeepRoute,
    linkRoute,
    warrantyRoute,
    signInRoute,
    forgotPasswordRoute,
    resetRoute,
    inviteRoute,
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: PageSkeleton,
  defaultPendingMs: 200,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
