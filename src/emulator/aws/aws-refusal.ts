/** An error of an AWS Query API, before it is written as XML or JSON. */
export class AwsRefusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = 'AwsRefusal';
    this.code = code;
    this.status = status;
  }
}

/** A signature that does not fit, with AWS's own sentence where it has one for the case. */
export function signatureDoesNotMatch(
  message = 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
): AwsRefusal {
  return new AwsRefusal('SignatureDoesNotMatch', 403, message);
}

/** A request whose `Authorization` lacks something. */
export function incompleteSignature(message: string): AwsRefusal {
  return new AwsRefusal('IncompleteSignature', 400, message);
}

/** An access key or session token that AWS does not know. */
export function invalidClientTokenId(): AwsRefusal {
  return new AwsRefusal(
    'InvalidClientTokenId',
    403,
    'The security token included in the request is invalid.',
  );
}
