/** Writes a text as one word of bash that means exactly this text. */
export function shellQuote(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  // Easier to read where it can be had: CEL is full of single quotes.
  if (text.includes("'") && !/["$`\\!\n]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same, in double quotes wherever these do: so that what a command is about is told from its flags. */
export function doubleQuote(text: string): string {
  return /["$`\\!\n]/.test(text) ? shellQuote(text) : `"${text}"`;
}
