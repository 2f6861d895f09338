import {mediaType} from '../../server/request-body.js';
import type {NoteFacts} from '../../server/request-record.js';
import type {IssuedToken, ServiceCall, ServiceReply} from '../../service.js';
import {ACCESS_RULES, type MethodId} from '../access-rules.js';
import {notPlayed, StorageApiError} from '../api-error.js';
import {authorize, authorizeAlso, checkBoundary, type IsAllowed} from '../authorization.js';
import type {AuthorizePlace, StorageRequest} from '../storage-request.js';
import {continueUpload, methodNotAllowed, OBJECT_METHODS} from './object-methods.js';
import {postObject} from './post-object.js';
import {lowerCaseParameters} from './sent-headers.js';
import {checkSignatureV2} from './signature-v2.js';
import {checkSignatureV4, type CheckedSignature} from './signature-v4.js';
import {callerDenied, type FindSigner} from './signer.js';
import {readXmlAddress, type XmlAddress} from './xml-address.js';
import {asXmlRefusal, invalidArgument} from './xml-refusal.js';

/** What the XML API needs beside the storage itself. */
export interface XmlApiOptions {
  readonly findSigner: FindSigner;
  readonly isAllowed: IsAllowed;
  readonly isBucket: (name: string) => boolean;
  readonly note: NoteFacts;
}

/**
 * Whether a call is the XML API's: it is signed in its query, belongs to an upload, is a form with a
 * file, or is about a bucket that there is.
 */
export function isXmlCall(call: ServiceCall, isBucket: (name: string) => boolean): boolean {
  const address = readXmlAddress(call, isBucket);
  if (address === undefined) return false;
  if (isForm(call)) return true;
  if (address.bucket === undefined) return false;
  const parameters = lowerCaseParameters(call.url.searchParams);
  const marks = ['x-goog-signature', 'x-goog-algorithm', 'googleaccessid', 'upload_id'];
  return marks.some(name => parameters.has(name)) || isBucket(address.bucket);
}

/**
 * The part of Cloud Storage's XML API that signed URLs and signed forms are for: objects are read,
 * written, deleted and uploaded in parts.
 *
 * @param readToken gives the caller's token, if he has one; it throws for one that does not count
 * @throws Refused in the XML API's words
 * @see https://cloud.google.com/storage/docs/xml-api/overview
 */
export async function answerXmlCall(
  request: StorageRequest,
  readToken: () => IssuedToken | undefined,
  options: XmlApiOptions,
): Promise<ServiceReply> {
  try {
    return await answer(request, readToken(), options);
  } catch (error) {
    if (error instanceof StorageApiError) throw asXmlRefusal(error);
    throw error;
  }
}

async function answer(
  request: StorageRequest,
  token: IssuedToken | undefined,
  options: XmlApiOptions,
): Promise<ServiceReply> {
  const {call, query} = request;
  const {findSigner, isBucket, note} = options;
  const address = readXmlAddress(call, isBucket);
  if (address === undefined) throw invalidArgument('There is no such host.');
  if (isForm(call)) {
    note(call, {operation: 'storage.objects.insert'});
    return postObject(request, address.bucket, findSigner, (email, method) => {
      authorizeSigner(email, call, method, options);
    });
  }
  const {bucket, name} = address;
  if (bucket === undefined || name === undefined) throw notPlayed('buckets in the XML API');
  refuseSubresources(query);
  const place = {bucket, name};
  if (query.has('upload_id')) {
    note(call, {operation: 'storage.objects.insert'});
    return continueUpload(request, place);
  }
  const method = Object.hasOwn(OBJECT_METHODS, call.method)
    ? (OBJECT_METHODS[call.method] ?? unknownMethod())
    : unknownMethod();
  const {id} = method;
  note(call, {operation: `storage.${id}`});
  const signature = await checkSignature(request, address, findSigner);
  if (signature !== undefined) {
    authorizeSigner(signature.email, call, id, options);
    const also: AuthorizePlace = other => authorizeSigner(signature.email, call, other, options);
    return method.run({...request, authorizeAlso: also}, place, signature);
  }
  if (token !== undefined) {
    authorize(token, id, options.isAllowed);
    checkBoundary(token, id, place);
    const also: AuthorizePlace = (other, where) =>
      authorizeAlso(token, other, where, options.isAllowed);
    return method.run({...request, authorizeAlso: also}, place, {});
  }
  throw callerDenied('Anonymous caller', ACCESS_RULES[id]);
}

async function checkSignature(
  {call, clock}: StorageRequest,
  address: XmlAddress,
  findSigner: FindSigner,
): Promise<CheckedSignature | undefined> {
  const parameters = lowerCaseParameters(call.url.searchParams);
  const isV4 = [...parameters.keys()].some(name =>
    /^x-goog-(?:algorithm|credential|signature)$/.test(name),
  );
  if (isV4) return checkSignatureV4(call, address, findSigner, clock());
  const isV2 = parameters.has('googleaccessid') || parameters.has('signature');
  return isV2 ? checkSignatureV2(call, address, findSigner, clock()) : undefined;
}

function authorizeSigner(
  email: string,
  call: ServiceCall,
  method: MethodId,
  {isAllowed, note}: XmlApiOptions,
): void {
  const rule = ACCESS_RULES[method];
  const principal = `serviceAccount:${email}`;
  note(call, {principal});
  if (!isAllowed(principal, rule.permission)) throw callerDenied(email, rule);
}

// Without these words in its query, a call would read, overwrite or delete the object itself.
function refuseSubresources(query: URLSearchParams): void {
  if (['uploads', 'uploadId', 'partNumber'].some(name => query.has(name))) {
    throw notPlayed('multipart uploads by the XML API');
  }
  for (const name of ['acl', 'compose', 'retention', 'tagging']) {
    if (query.has(name)) throw notPlayed(`an object's ${name} by the XML API`);
  }
}

function isForm({headers, method}: ServiceCall): boolean {
  return method === 'POST' && mediaType(headers['content-type']) === 'multipart/form-data';
}

function unknownMethod(): never {
  throw methodNotAllowed();
}
