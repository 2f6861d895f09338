/** What every request of a client carries: its token, and the project that pays where one is set. */
export function requestHeaders(accessToken: string, quotaProjectId: string | undefined): Headers {
  const headers = new Headers({authorization: `Bearer ${accessToken}`});
  if (quotaProjectId !== undefined) headers.set('x-goog-user-project', quotaProjectId);
  return headers;
}
