/** Files that the server makes on request, saved by the browser like a download. */
import { getLocale } from '../i18n';
import { csrf, problemOf } from './api';
import { ApiError } from './problem';

/** Asks for a file, by GET or with a body by POST, and hands it to the person under this name. */
export async function saveFile(path: string, name: string, body?: unknown): Promise<void> {
  const headers: Record<string, string> = { 'accept-language': getLocale() };
  const token = csrf();
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
    if (token !== undefined) headers['x-csrf-token'] = token;
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, { code: 'network' });
  }
  if (!response.ok) throw await problemOf(response);
  const source = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = source;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // Browsers read the address after the click; it must live a little longer than that.
  setTimeout(() => URL.revokeObjectURL(source), 60_000);
}
