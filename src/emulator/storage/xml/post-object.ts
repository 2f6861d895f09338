import type {ServiceReply} from '../../service.js';
import type {MethodId} from '../access-rules.js';
import {notPlayed} from '../api-error.js';
import {readExpectedChecksums} from '../checksums.js';
import {finishUpload} from '../finished-upload.js';
import {readObjectFields} from '../object-fields.js';
import {checkObjectName} from '../object-name.js';
import {readPreconditions} from '../preconditions.js';
import {readBody} from '../request-body.js';
import type {AuthorizePlace, StorageRequest} from '../storage-request.js';
import type {StoredObject} from '../storage-state.js';
import {readUploadForm, type UploadForm} from './form-data.js';
import {customMetadata, objectHeaders, textFields} from './object-headers.js';
import {checkConditions, readPolicyDocument} from './policy-document.js';
import {base64} from './signature-v2.js';
import {readCredential} from './signature-v4.js';
import {namedSigner, type FindSigner} from './signer.js';
import {encode} from './xml-address.js';
import {
  expiredToken,
  invalidArgument,
  invalidPolicyDocument,
  malformedSecurityHeader,
  missingSecurityHeader,
  signatureDoesNotMatch,
  xmlElement,
} from './xml-refusal.js';

/**
 * Uploads the file of an HTML form, whose policy document a service account has signed.
 *
 * @param bucket the address's, or `undefined` where only the form tells it
 * @param authorizeSigner refuses an account that may not do what a method does
 * @see https://cloud.google.com/storage/docs/xml-api/post-object-forms
 */
export async function postObject(
  request: StorageRequest,
  bucket: string | undefined,
  findSigner: FindSigner,
  authorizeSigner: (email: string, method: MethodId) => void,
): Promise<ServiceReply> {
  const {call, state} = request;
  const holding = state.budget.hold();
  try {
    const body = await readBody(call.body, bytes => holding.grow(bytes));
    if (body === undefined) throw state.budget.exceeded();
    const form = readUploadForm(body, call.headers['content-type']);
    const {email, policy} = await checkPolicySignature(form, findSigner, request.clock());
    const named = form.fields.get('bucket') ?? bucket ?? bucketOf(policy.conditions);
    if (named === undefined) throw invalidArgument('Cannot create buckets using a POST.');
    if (bucket !== undefined && named !== bucket) {
      throw invalidArgument(`The form's bucket ${named} is not the address's.`);
    }
    checkConditions(policy, form.fields, {bucket: named, size: form.file.length});
    const authorizeAlso: AuthorizePlace = method => authorizeSigner(email, method);
    authorizeSigner(email, 'objects.insert');
    if (form.fields.has('acl')) throw notPlayed('access control lists');
    const content = Buffer.from(form.file);
    holding.shrinkTo(content.length);
    const draft = {...readDraft(form, named), authorizeAlso};
    return reply(request, form, finishUpload(request, draft, content, holding));
  } catch (error) {
    holding.release();
    throw error;
  }
}

async function checkPolicySignature({fields}: UploadForm, findSigner: FindSigner, now: number) {
  const read = (name: string) => {
    const value = fields.get(name);
    if (value === undefined || value === '') throw missingSecurityHeader(name);
    return value;
  };
  const document = fields.get('policy');
  if (document === undefined) throw invalidPolicyDocument('Missing policy');
  const isV2 = fields.has('googleaccessid');
  const email = isV2
    ? read('googleaccessid')
    : readCredential({
        algorithm: read('x-goog-algorithm'),
        credential: read('x-goog-credential'),
        date: read('x-goog-date'),
      }).email;
  const signature = isV2 ? base64(read('signature')) : hexadecimal(read('x-goog-signature'));
  const signer = await namedSigner(findSigner, email);
  if (!signer.isSignatureOf(Buffer.from(document), signature)) {
    throw signatureDoesNotMatch({StringToSign: document});
  }
  const policy = readPolicyDocument(document);
  if (now >= policy.expiration) {
    const end = new Date(policy.expiration).toISOString();
    throw expiredToken(`Policy document expired at: ${end}`);
  }
  return {email, policy};
}

function hexadecimal(signature: string): Buffer {
  if (!/^(?:[0-9a-f]{2})+$/i.test(signature)) {
    throw malformedSecurityHeader('x-goog-signature', 'Signature was not hex encoded');
  }
  return Buffer.from(signature, 'hex');
}

// @google-cloud/storage posts to a custom endpoint's root, where only the policy tells the bucket.
function bucketOf(
  conditions: readonly {readonly kind: string; readonly field?: string; readonly value?: string}[],
): string | undefined {
  return conditions.find(({kind, field}) => kind === 'eq' && field === 'bucket')?.value;
}

function readDraft({fields, fileName, fileType}: UploadForm, bucket: string) {
  const metadata = {
    contentType: fileType ?? 'application/octet-stream',
    ...textFields(fields),
    metadata: customMetadata(fields),
  };
  return {
    bucket,
    name: checkObjectName(fields.get('key')?.replaceAll('${filename}', fileName)),
    fields: readObjectFields(metadata),
    expected: readExpectedChecksums({}, {}),
    preconditions: readPreconditions(new URLSearchParams()),
  };
}

function reply({call}: StorageRequest, {fields}: UploadForm, object: StoredObject): ServiceReply {
  const {bucket, name} = object;
  const headers = objectHeaders(object);
  const location = `${call.url.origin}/${bucket}/${name.split('/').map(encode).join('/')}`;
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const target = new URL(redirect);
    target.searchParams.set('bucket', bucket);
    target.searchParams.set('key', name);
    target.searchParams.set('etag', headers['etag'] ?? '');
    return {status: 303, headers: {...headers, location: target.href, 'content-length': '0'}};
  }
  const status = fields.get('success_action_status');
  if (status === '200') return {status: 200, headers: {...headers, 'content-length': '0'}};
  if (status !== '201') return {status: 204, headers};
  const post = {Location: location, Bucket: bucket, Key: name, ETag: headers['etag'] ?? ''};
  const elements = Object.entries(post).map(([element, text]) => xmlElement(element, text));
  return {
    status: 201,
    headers: {...headers, location, 'content-type': 'application/xml; charset=UTF-8'},
    body: `<?xml version='1.0' encoding='UTF-8'?><PostResponse>${elements.join('')}</PostResponse>`,
  };
}
