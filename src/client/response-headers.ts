/**
 * Lets a response's headers be read as the properties of an object, too: `response.headers.location`.
 *
 * Clients that hold google-auth-library 9 or older call `request()` and read its answer so, as their own
 * gaxios 6 gives it: storage 7 finds the address of a resumable upload in `headers.location` and how far
 * it has come in `headers.range`, googleapis' common 7 hands it on. The headers stay the object that the
 * transporter gave, with its methods, as clients of google-auth-library 10 and 11 read them.
 *
 * @param answer a response, or whatever stands in its place.
 * @returns the same.
 */
export function readableAsObject<T>(answer: T): T {
  const headers = headersOf(answer);
  if (headers === undefined || Object.hasOwn(headers, 'toJSON')) return answer;
  // `for…in` is to find headers alone. Those of node-fetch, which gaxios brings, inherit more than methods.
  for (const name in headers) {
    const inherited = inheritedProperty(headers, name);
    Object.defineProperty(headers, name, {...inherited, enumerable: false, configurable: true});
  }
  // A header that bears a method's name is not worth the method.
  headers.forEach((_, name) => {
    if (!(name in headers)) Object.assign(headers, {[name]: headers.get(name)});
  });
  // As for every `Headers`: the address of an upload is as good as a token for it.
  Object.defineProperty(headers, 'toJSON', {value: () => ({}), configurable: true, writable: true});
  return answer;
}

/** The same for what a failed request throws: its `response`. */
export function readableErrorAsObject<T>(error: T): T {
  if (isObject(error) && 'response' in error) readableAsObject(error.response);
  return error;
}

function inheritedProperty(object: object, name: string): PropertyDescriptor | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (!isObject(prototype)) return undefined;
  return Object.getOwnPropertyDescriptor(prototype, name) ?? inheritedProperty(prototype, name);
}

function headersOf(answer: unknown): Headers | undefined {
  if (!isObject(answer) || !('headers' in answer)) return undefined;
  const {headers} = answer;
  return isHeaders(headers) ? headers : undefined;
}

// A test double's may be a plain object already, and gaxios brings a class of its own.
function isHeaders(value: unknown): value is Headers {
  return (
    isObject(value) &&
    'forEach' in value &&
    typeof value.forEach === 'function' &&
    'get' in value &&
    typeof value.get === 'function' &&
    Object.isExtensible(value)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
