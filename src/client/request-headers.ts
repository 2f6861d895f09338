import type {AccessToken} from '../token/access-token.js';

// Google's clients read an auth client's headers in ways that exclude each other, and an application
// holds several of them at once. Those of google-auth-library 10 and 11 take a WHATWG `Headers`:
//
// - storage 8, bigquery 8 and 9: `Gaxios.mergeHeaders`, which tests `instanceof` and calls `forEach`;
// - gax 5 and 6 (secret-manager 6 and 7, pubsub 5 and 6, firestore 9): `headers.forEach`;
// - genai 2 and 3: `for (const [name, value] of headers)`.
//
// Those of google-auth-library 9 and older take a plain object, and find nothing in a `Headers`: they
// send the request without authorization, and say nothing:
//
// - storage 7, bigquery 7: `Object.assign(options.headers, headers)`;
// - gax 4 (secret-manager 5, pubsub 4, firestore 7): `Object.keys(headers)` in grpc-js, `{...headers}`
//   over REST;
// - genai 1: `for (const name in headers)`, which visits the methods of `Headers`, too.
//
// So the value is a `Headers` that has each header as a property of its own, too.

type Fields = Readonly<Record<string, string>>;
type HeadersClass = new (headers: Headers, fields: Fields) => Headers;

let headersClass: HeadersClass | undefined;

// Made when it is needed: the first touch of the global `Headers` loads a fetch implementation, which takes
// half the time of importing this package, and nobody's while an exchange is under way.
function defineHeadersClass(): HeadersClass {
  class RequestHeaders extends Headers {
    constructor(headers: Headers, fields: Fields) {
      super(headers);
      Object.assign(this, fields);
    }

    // As for every `Headers`: a log in JSON shows no token.
    toJSON(): Record<string, never> {
      return {};
    }
  }
  const {append, delete: remove, set} = Headers.prototype;
  const methods = {
    append(this: Headers, name: string, value: string): void {
      append.call(this, name, value);
      mirror(this, name);
    },
    delete(this: Headers, name: string): void {
      remove.call(this, name);
      mirror(this, name);
    },
    set(this: Headers, name: string, value: string): void {
      set.call(this, name, value);
      mirror(this, name);
    },
  };
  // `for…in` visits inherited methods that are enumerable, as those of `Headers` are, unless a nearer
  // object has one of the same name that is not. On the prototype that costs nothing for each copy.
  for (const [name, value] of Object.entries(Object.assign({}, Headers.prototype, methods))) {
    Object.defineProperty(RequestHeaders.prototype, name, {
      value,
      configurable: true,
      writable: true,
    });
  }
  return RequestHeaders;
}

function mirror(headers: Headers, name: unknown): void {
  const field = String(name).toLowerCase();
  // A header may be called "get" or "keys": the method is what callers rely on.
  if (field in Headers.prototype) return;
  const value = headers.get(field);
  if (value === null) Reflect.deleteProperty(headers, field);
  else Object.assign(headers, {[field]: value});
}

/** Loads what headers are made of. */
export function loadHeaders(): void {
  try {
    headersClass ??= defineHeadersClass();
  } catch {
    // Where somebody has taken the global `Headers` away, whoever asks for headers is told.
  }
}

/** What every request of a client carries: its token, and the project that pays where one is set. */
export class PreparedHeaders {
  #token: AccessToken | undefined;
  #quotaProjectId: string | undefined;
  #fields: Fields = {};
  #prepared: Headers | undefined;

  /**
   * Headers of the caller's own, as a `Headers` and as properties. `set()`, `append()` and `delete()`
   * change both; what is written to a property stays there. A copy costs a tenth of what checking a long
   * value anew does.
   */
  copy(token: AccessToken, quotaProjectId: string | undefined): Headers {
    if (
      this.#prepared === undefined ||
      this.#token !== token ||
      this.#quotaProjectId !== quotaProjectId
    ) {
      this.#fields = {
        authorization: `Bearer ${token.value}`,
        ...(quotaProjectId === undefined ? {} : {'x-goog-user-project': quotaProjectId}),
      };
      this.#prepared = new Headers(this.#fields);
      this.#token = token;
      this.#quotaProjectId = quotaProjectId;
    }
    return new (headersClass ??= defineHeadersClass())(this.#prepared, this.#fields);
  }
}
