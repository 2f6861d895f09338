import type {ServiceCall, ServiceName} from '../service.js';

/** What a service notes of a call. Nothing of it is secret. */
export interface RequestFacts {
  /** E.g. `GetCallerIdentity`, `token`, `generateAccessToken`, `storage.objects.insert`. */
  readonly operation?: string;
  /** The AWS identity that made the call, or for which it was made. */
  readonly arn?: string;
  /** The role's session that STS made: `arn:aws:sts::…:assumed-role/…`. */
  readonly assumedRole?: string;
  /** The provider that a token exchange names. */
  readonly audience?: string;
  /** The mapped `google.subject`. */
  readonly subject?: string;
  /** `principal://…`, `serviceAccount:…` or `user:…`: who presented, or got, a Google token. */
  readonly principal?: string;
  /** The service account that is impersonated, that signs, or that asks for a user's token. */
  readonly serviceAccount?: string;
  /** How long what was issued lives, in seconds. */
  readonly lifetimeSeconds?: number;
  /** The code of a refusal, as the cloud spells it: `SignatureDoesNotMatch`, `invalid_target`, … */
  readonly error?: string;
  /**
   * What is behind a refusal, where the cloud does not tell: which disabled pool, what a condition
   * came to.
   */
  readonly reason?: string;
}

/** One request that the emulator served. It holds no secret: no header, no token, no signature. */
export interface RequestRecord extends RequestFacts {
  /** `unknown` where no service has this address. */
  readonly service: ServiceName | 'unknown';
  readonly operation: string;
  /** `google-sts` where the emulated Google STS replayed a signed request to the emulated AWS. */
  readonly from: 'client' | 'google-sts';
  readonly method: string;
  /** The `Host` header. */
  readonly host: string;
  /** Path and query. Of parameters that might hold a secret, the name alone. */
  readonly path: string;
  /** The status sent, or `undefined` where the connection ended without one. */
  readonly status: number | undefined;
  /** Epoch ms, by the emulator's clock. */
  readonly startedAt: number;
  /** How long the emulator took, in ms. */
  readonly millis: number;
}

/** Adds facts to the record of a call. */
export type NoteFacts = (call: ServiceCall, facts: RequestFacts) => void;

// Everything else is masked: a list of what is secret would always miss one.
const PLAIN_PARAMETERS = new Set([
  'Action',
  'Version',
  'account_id',
  'alt',
  'delimiter',
  'fields',
  'generation',
  'ifGenerationMatch',
  'ifMetagenerationMatch',
  'maxResults',
  'name',
  'prefix',
  'prettyPrint',
  'project',
  'projection',
  'role_name',
  'uploadType',
]);

/** The path and query of a call as they may be shown. */
export function plainPath(url: URL): string {
  const query = [...url.searchParams].map(([name, value]) => {
    const key = encodeURIComponent(name);
    return PLAIN_PARAMETERS.has(name) ? `${key}=${encodeURIComponent(value)}` : `${key}=***`;
  });
  return query.length === 0 ? url.pathname : `${url.pathname}?${query.join('&')}`;
}

/** The name of a Cloud Storage call, as its discovery document has it, as far as its address tells. */
export function storageOperation(call: ServiceCall): string {
  const {pathname, searchParams} = call.url;
  if (pathname.startsWith('/upload/') || pathname.startsWith('/resumable/')) {
    return 'storage.objects.insert';
  }
  const [collection, name, objects, object, action = ''] = pathname
    .replace(/^\/(?:download\/)?storage\/v1\//, '')
    .replace(/^\//, '')
    .split('/');
  if (collection !== 'b') return 'storage';
  if (name === undefined || name === '') {
    return call.method === 'POST' ? 'storage.buckets.insert' : 'storage.buckets.list';
  }
  const verb = {GET: 'get', HEAD: 'get', DELETE: 'delete', PATCH: 'patch', PUT: 'update'}[
    call.method
  ];
  if (objects === undefined) return `storage.buckets.${verb ?? 'call'}`;
  if (objects !== 'o') return `storage.buckets.${objects}`;
  if (object === undefined || object === '') return 'storage.objects.list';
  const done = /^(copy|move|rewrite)To$|^compose$/.exec(action);
  if (done !== null) return `storage.objects.${done[1] ?? done[0]}`;
  if (verb === 'get' && searchParams.get('alt') === 'media') return 'storage.objects.download';
  return `storage.objects.${verb ?? 'call'}`;
}
