/** The pool that a principal belongs to. */
export interface PoolName {
  readonly projectNumber: string;
  readonly location: string;
  readonly poolId: string;
}

/** What a provider with the default attribute mapping makes of an AWS identity. */
export interface GoogleAttributes {
  /** `google.subject`: the whole ARN, another one for each session. */
  readonly subject: string;
  /** `attribute.aws_role`: the ARN without the session. */
  readonly awsRole: string;
}

/** The names that a binding's member may have. */
export interface PrincipalNames {
  /** Every session of the role. */
  readonly awsRole: string;
  /** This session alone. */
  readonly subject: string;
  /** Everybody whom the pool's providers let in. */
  readonly wholePool: string;
}

/**
 * The longest `google.subject` that Google takes, in bytes.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings-and-conditions
 */
export const MAX_SUBJECT_BYTES = 127;

/**
 * Applies the default mapping for AWS.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings-and-conditions
 */
export function attributesOf(arn: string): GoogleAttributes {
  return {subject: arn, awsRole: /^.*?assumed-role\/[^/]+(?=\/)/.exec(arn)?.[0] ?? arn};
}

/** @see https://cloud.google.com/iam/docs/principal-identifiers */
export function principalNames(
  {projectNumber, location, poolId}: PoolName,
  {subject, awsRole}: GoogleAttributes,
): PrincipalNames {
  const pool = `iam.googleapis.com/projects/${projectNumber}/locations/${location}/workloadIdentityPools/${poolId}`;
  return {
    awsRole: `principalSet://${pool}/attribute.aws_role/${awsRole}`,
    subject: `principal://${pool}/subject/${subject}`,
    wholePool: `principalSet://${pool}/*`,
  };
}

/** The provider in an audience that the library has checked. */
export function providerOf(audience: string): PoolName & {readonly providerId: string} {
  const [, projectNumber = '', location = '', poolId = '', providerId = ''] =
    /projects\/([^/]+)\/locations\/([^/]+)\/workloadIdentityPools\/([^/]+)\/providers\/([^/]+)$/.exec(
      audience,
    ) ?? [];
  return {projectNumber, location, poolId, providerId};
}
