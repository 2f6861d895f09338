/** A request's headers by lower-case name; what was sent more than once is joined by commas. */
export type SentHeaders = ReadonlyMap<string, string>;

/** Collects headers as signatures have them: trimmed, with one space where there were more. */
export function sentHeaders(rawHeaders: readonly string[]): SentHeaders {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = (rawHeaders[at + 1] ?? '').trim().replace(/\s+/g, ' ');
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** The parameters of a query by lower-case name: Google takes `X-Goog-Date` in any case. */
export function lowerCaseParameters(query: URLSearchParams): ReadonlyMap<string, string> {
  return new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
}

/** The order of canonical lists: by name, and by value where a name comes twice. */
export function byName(
  [name, value]: readonly [string, string],
  [otherName, otherValue]: readonly [string, string],
): number {
  if (name !== otherName) return name < otherName ? -1 : 1;
  return value < otherValue ? -1 : Number(value > otherValue);
}
