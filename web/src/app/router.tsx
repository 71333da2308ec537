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

const customerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/s/$token',
  component: lazyRouteComponent(() => import('@/features/portal/index')),
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
  component: lazyRouteComponent(() => import('@/features/desk/cockpit_page')),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    staffRoute.addChildren([cockpitRoute]),
    fieldRoute,
    fieldDeepRoute,
    customerRoute,
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
