/** A time as AWS writes it in JSON and XML: ISO 8601, in whole seconds. */
export function timestamp(epochMillis: number): string {
  return new Date(epochMillis).toISOString().replace(/\.\d+Z$/, 'Z');
}
