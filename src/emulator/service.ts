import type {IncomingHttpHeaders} from 'node:http';
import type {Readable} from 'node:stream';

/** The clouds' endpoints that the emulator plays. */
export type ServiceName =
  | 'aws-container-credentials'
  | 'aws-instance-metadata'
  | 'aws-pod-identity'
  | 'aws-sso'
  | 'aws-sso-oidc'
  | 'aws-sts'
  | 'google-certs'
  | 'google-oauth2'
  | 'google-sts'
  | 'iam-credentials'
  | 'storage';

/** One HTTP request as a service sees it. */
export interface ServiceCall {
  readonly method: string;
  /** Absolute, made of the `Host` header and the request target. */
  readonly url: URL;
  /** The request target exactly as it was sent: signatures are checked against it. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Header names and values in the order and spelling they were sent in. */
  readonly rawHeaders: readonly string[];
  /** The body, not yet read. A service reads it at most once. */
  readonly body: Readable;
}

/** What a service answers. */
export interface ServiceReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** One emulated cloud endpoint. */
export interface EmulatedService {
  readonly name: ServiceName;
  /** Whether this service answers the request; only its address, method and media type may decide. */
  handles(call: ServiceCall): boolean;
  answer(call: ServiceCall): Promise<ServiceReply>;
}

/** A rule of a downscoped token: a bucket, and what may be done in it at most. */
export interface AccessBoundaryRule {
  readonly bucket: string;
  /** E.g. `roles/storage.objectViewer`. */
  readonly roles: readonly string[];
  /**
   * Whether the rule's condition holds.
   *
   * @param resourceName `projects/_/buckets/BUCKET`, or the same and `/objects/NAME`
   * @param listPrefix the prefix that a list is asked for
   */
  readonly holds: (resourceName: string, listPrefix: string | undefined) => boolean;
}

/** What an access token that is valid now may do, and for whom. */
export interface IssuedToken {
  /**
   * `principal://…` for a federated token, `serviceAccount:email` for an impersonated one,
   * `user:email` for one of domain-wide delegation.
   */
  readonly principal: string;
  readonly scopes: readonly string[];
  /** Of a downscoped token: what one of these rules does not allow, it may not do. */
  readonly boundary?: readonly AccessBoundaryRule[];
}

/** Looks an access token up; `undefined` where the emulator did not issue it or it has expired. */
export type FindToken = (accessToken: string) => IssuedToken | undefined;
