/** A message taken apart. */
export interface ProtoMessage {
  /** By their lowerCamelCase names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The first name that the message does not have. */
  readonly unknownName: string | undefined;
  /** The first field that is given in both spellings. */
  readonly repeatedName: string | undefined;
}

/**
 * Reads a message in protobuf's JSON form. A field may be spelt as the .proto file has it, with
 * underscores, as well as in lowerCamelCase; and null is as good as absent: Google's Python library
 * sends it.
 *
 * @param known The names of the message's fields, in lowerCamelCase.
 * @see https://protobuf.dev/programming-guides/json/
 */
export function readProtoMessage(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
): ProtoMessage {
  const names = new Map(known.flatMap(name => [name, protoName(name)].map(as => [as, name])));
  const fields: Record<string, unknown> = {};
  let unknownName: string | undefined;
  let repeatedName: string | undefined;
  for (const [spelling, value] of Object.entries(given)) {
    const name = names.get(spelling);
    if (name === undefined) unknownName ??= spelling;
    else if (value === null) continue;
    else if (Object.hasOwn(fields, name)) repeatedName ??= name;
    else fields[name] = value;
  }
  return {fields, unknownName, repeatedName};
}

/** The name that the .proto file has for a field. */
export function protoName(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
