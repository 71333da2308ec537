/** Who is signed in and what they may do. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, setCsrfToken } from './api/api';
import { queryClient } from './api/query_client';
import type { Session } from './api/types';
import { parseLocale, setLocale, type Locale } from './i18n';
import { setZone } from './time';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await api.get<Session>('/api/v1/session', undefined, { signal, anonymous: true });
    acceptSession(session);
    return session;
  },
  staleTime: Infinity,
  retry: false,
});

/** Takes over what a session brings: token, zone, language. */
export function acceptSession(session: Session): void {
  setCsrfToken(session.csrf_token);
  setZone(session.tenant.zone);
  const locale = parseLocale(session.user.locale);
  if (locale) setLocale(locale);
  queryClient.setQueryData(['session'], session);
}

/** Changes the language of this browser at once, and of the profile when there is network, so that the choice lasts. */
export async function keepLocale(locale: Locale): Promise<void> {
  setLocale(locale);
  try {
    const { user } = await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    // Reading the session has put the old language back.
    setLocale(locale);
    await api.patch('/api/v1/session/profile', { locale }, { version: user.version ?? 0, anonymous: true });
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
  } catch {
    // Without network the choice lasts until the next start.
  }
}

export function forgetSession(): void {
  setCsrfToken(undefined);
  queryClient.clear();
}

/** The session inside the staff and field faces, where signing in has already happened. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error('a page that needs a session was rendered without one');
  return data;
}

export function useCan(): (permission: string) => boolean {
  const session = useSession();
  return (permission) => permission in session.user.permissions;
}
