/** The scopes of `--scopes <scope...>`: as one text, or several, or both; commas are gcloud's way. */
export function readScopes(values: readonly string[] | undefined): string[] | undefined {
  return values?.flatMap(value => value.split(/[\s,]+/)).filter(Boolean);
}
