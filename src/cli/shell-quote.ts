/** Writes a text as one word of bash that means exactly this text. */
export function shellQuote(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  // Easier to read where it can be had: CEL is full of single quotes.
  if (text.includes("'") && !/["$`\\!\n]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
