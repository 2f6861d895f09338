import type {ServiceCall, ServiceReply} from '../service.js';

/** The page that Google answers at an address that it does not know. */
export function notFound(call: ServiceCall): ServiceReply {
  return {
    status: 404,
    headers: {'content-type': 'text/html; charset=UTF-8'},
    body: `<!DOCTYPE html>
<html lang=en>
<title>Error 404 (Not Found)!!1</title>
<p><b>404.</b> <ins>That’s an error.</ins>
<p>The requested URL <code>${escapeHtml(call.url.pathname)}</code> was not found on this server. <ins>That’s all we know.</ins>
`,
  };
}

/** The reply to a method that an address does not have. */
export function methodNotAllowed(call: ServiceCall, allow: string): ServiceReply {
  return {
    status: 405,
    headers: {'content-type': 'text/plain; charset=utf-8', allow},
    body: `${call.method} is not a method of ${call.url.pathname}: use ${allow}.\n`,
  };
}

/** A fault of the emulator itself, or of a function that its options hold: it says so. */
export function serverError(error: unknown): ServiceReply {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : 'a thrown value';
  return {
    status: 500,
    headers: {'content-type': 'text/plain; charset=utf-8'},
    body: `The emulator failed: ${what}\n`,
  };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
