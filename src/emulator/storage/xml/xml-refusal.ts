import {Refused} from '../../refused.js';
import type {StorageApiError} from '../api-error.js';

/** What an error of the XML API says. */
export interface XmlError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** More elements, in this order: `Details`, `ParameterName`, `StringToSign` … */
  readonly elements?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const INVALID = 'Invalid argument.';
const DENIED = 'Access denied.';

/**
 * A refusal in the words of the XML API.
 *
 * @see https://cloud.google.com/storage/docs/xml-api/reference-status
 */
export function xmlRefusal({status, code, message, elements = {}, headers}: XmlError): Refused {
  const body = Object.entries({Code: code, Message: message, ...elements})
    .map(([name, text]) => xmlElement(name, text))
    .join('');
  return new Refused(code, {
    status,
    headers: {...headers, 'content-type': 'application/xml; charset=UTF-8'},
    body: `<?xml version='1.0' encoding='UTF-8'?><Error>${body}</Error>`,
  });
}

/** One element with a text in it. */
export function xmlElement(name: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<${name}>${escaped}</${name}>`;
}

/** 400: a request whose headers or parameters do not fit its signature. */
export function malformedSecurityHeader(parameter: string, why: string): Refused {
  return xmlRefusal({
    status: 400,
    code: 'MalformedSecurityHeader',
    message: INVALID,
    elements: {Details: `Your request has a malformed header. ${why}`, ParameterName: parameter},
  });
}

/** 400: a part of a signature that is not there. */
export function missingSecurityHeader(parameter: string): Refused {
  return xmlRefusal({
    status: 400,
    code: 'MissingSecurityHeader',
    message: INVALID,
    elements: {
      Details: 'Your request was missing a required header.',
      ParameterName: parameter,
    },
  });
}

/** 400: a signature whose time is over. */
export function expiredToken(details: string): Refused {
  return xmlRefusal({
    status: 400,
    code: 'ExpiredToken',
    message: INVALID,
    elements: {Details: `The provided token has expired. ${details}`},
  });
}

/** 400: a value that the API does not take. */
export function invalidArgument(details: string): Refused {
  return xmlRefusal({
    status: 400,
    code: 'InvalidArgument',
    message: INVALID,
    elements: {Details: details},
  });
}

/** 400: a form that its policy document does not allow. */
export function invalidPolicyDocument(details: string): Refused {
  return xmlRefusal({
    status: 400,
    code: 'InvalidPolicyDocument',
    message:
      'The content of the form does not meet the conditions specified in the policy document.',
    elements: {Details: details},
  });
}

/** 400: more or fewer bytes than the signer allows. */
export function entitySize(size: number, least: number, most: number): Refused | undefined {
  if (size >= least && size <= most) return undefined;
  const code = size < least ? 'EntityTooSmall' : 'EntityTooLarge';
  return xmlRefusal({
    status: 400,
    code,
    message: `Your proposed upload is ${size < least ? 'smaller than the minimum' : 'larger than the maximum'} object size specified in your Policy Document.`,
    elements: {Details: `Content-length ${size} is not between ${least} and ${most}.`},
  });
}

/** 403: whoever asks may not do this. */
export function accessDenied(details: string): Refused {
  return xmlRefusal({
    status: 403,
    code: 'AccessDenied',
    message: DENIED,
    elements: {Details: details},
  });
}

/** 403: the signature is of another request, or by another key. It shows what should have been signed. */
export function signatureDoesNotMatch(
  signed: Readonly<{StringToSign: string; CanonicalRequest?: string}>,
): Refused {
  return xmlRefusal({
    status: 403,
    code: 'SignatureDoesNotMatch',
    message: DENIED,
    elements: {
      Details:
        'The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.',
      ...signed,
    },
  });
}

// The XML API's names for what the JSON API refuses, by status; its words are the same.
const CODES: Readonly<Record<number, string>> = {
  401: 'AuthenticationRequired',
  403: 'AccessDenied',
  405: 'MethodNotAllowed',
  409: 'OperationAborted',
  410: 'NoSuchUpload',
  412: 'PreconditionFailed',
  413: 'EntityTooLarge',
  416: 'InvalidRange',
  429: 'SlowDown',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
};

/** What an operation that both APIs share refuses, as the XML API says it. */
export function asXmlRefusal(error: StorageApiError): Refused {
  const {facts, httpStatus: status, message} = error;
  const headers = {...facts.headers};
  // 304 and 499 carry no body.
  if (status === 304 || status === 499) {
    return new Refused(facts.reason, {status, headers: {...headers, 'content-length': '0'}});
  }
  return xmlRefusal({status, ...codeOf(status, message), headers});
}

function codeOf(status: number, message: string): Pick<XmlError, 'code' | 'message' | 'elements'> {
  if (status === 404) {
    if (message.startsWith('The specified bucket')) return {code: 'NoSuchBucket', message};
    const isObject = message.startsWith('No such object');
    return {
      code: isObject ? 'NoSuchKey' : 'NoSuchUpload',
      message: isObject ? 'The specified key does not exist.' : message,
      elements: {Details: message},
    };
  }
  if (/^Provided (CRC32C|MD5 hash)/.test(message)) return {code: 'BadDigest', message};
  if (message === 'Invalid Credentials') {
    return {code: 'AuthenticationRequired', message: 'Authentication required.'};
  }
  return {
    code: CODES[status] ?? 'InvalidArgument',
    message: CODES[status] === undefined ? INVALID : message,
    elements: {Details: message},
  };
}
