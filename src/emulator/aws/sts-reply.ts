import type {ServiceReply} from '../service.js';
import type {SessionKey} from './access-keys.js';
import type {AwsIdentity} from './identities.js';
import type {WebIdentitySession} from './assume-role-with-web-identity.js';
import type {AwsRefusal} from './aws-refusal.js';
import {timestamp} from './timestamp.js';

/** How a reply is written. */
export interface ReplyFormat {
  /** JSON where the client asks for it with `Accept`; otherwise XML. */
  readonly isJson: boolean;
  readonly requestId: string;
}

/** What an operation answers; a `Date` is written as each format has it. */
interface Fields {
  readonly [name: string]: string | Date | Fields;
}

const STS = 'https://sts.amazonaws.com/doc/2011-06-15/';
const FAULT = 'http://webservices.amazon.com/AWSFault/2005-15-09';

/** What GetCallerIdentity answers. */
export function callerIdentityReply(identity: AwsIdentity, format: ReplyFormat): ServiceReply {
  const {account, arn, userId} = identity;
  return success('GetCallerIdentity', {Arn: arn, UserId: userId, Account: account}, format);
}

/** What AssumeRole answers. */
export function assumeRoleReply(key: SessionKey, format: ReplyFormat): ServiceReply {
  return success('AssumeRole', sessionFields(key), format);
}

/** What AssumeRoleWithWebIdentity answers. */
export function webIdentityReply(session: WebIdentitySession, format: ReplyFormat): ServiceReply {
  const {key, subject, audience, provider} = session;
  const fields = {
    SubjectFromWebIdentityToken: subject,
    Audience: audience,
    ...sessionFields(key),
    Provider: provider,
  };
  return success('AssumeRoleWithWebIdentity', fields, format);
}

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
export function refusalReply(refusal: AwsRefusal, format: ReplyFormat): ServiceReply {
  const {code, message, status} = refusal;
  const {requestId} = format;
  return format.isJson
    ? json(status, requestId, {
        Error: {Code: code, Message: message, Type: 'Sender'},
        RequestId: requestId,
      })
    : xml(
        status,
        requestId,
        `<ErrorResponse xmlns="${code === 'InvalidAction' ? FAULT : STS}">
${elements({Error: {Type: 'Sender', Code: code, Message: message}, RequestId: requestId}, '  ')}
</ErrorResponse>
`,
      );
}

function sessionFields({identity, ...key}: SessionKey) {
  return {
    AssumedRoleUser: {AssumedRoleId: identity.userId, Arn: identity.arn},
    Credentials: {
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      SessionToken: key.sessionToken,
      Expiration: new Date(key.expiresAt),
    },
  };
}

function success(operation: string, result: Fields, format: ReplyFormat): ServiceReply {
  const {requestId} = format;
  const name = `${operation}Response`;
  const fields = {[`${operation}Result`]: result, ResponseMetadata: {RequestId: requestId}};
  return format.isJson
    ? json(200, requestId, {[name]: fields})
    : xml(200, requestId, `<${name} xmlns="${STS}">\n${elements(fields, '  ')}\n</${name}>\n`);
}

function elements(fields: Fields, indent: string): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      if (typeof value === 'string') return `${indent}<${name}>${escapeXml(value)}</${name}>`;
      if (value instanceof Date) return `${indent}<${name}>${timestamp(value.getTime())}</${name}>`;
      return `${indent}<${name}>\n${elements(value, `${indent}  `)}\n${indent}</${name}>`;
    })
    .join('\n');
}

function json(status: number, requestId: string, body: Fields): ServiceReply {
  return reply(status, requestId, 'application/json', JSON.stringify(plain(body)));
}

// In its JSON, AWS tells times in seconds since the epoch.
function plain(fields: Fields): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]): [string, unknown] => {
      if (typeof value === 'string') return [name, value];
      return [name, value instanceof Date ? value.getTime() / 1000 : plain(value)];
    }),
  );
}

function xml(status: number, requestId: string, body: string): ServiceReply {
  return reply(status, requestId, 'text/xml', body);
}

function reply(status: number, requestId: string, type: string, body: string): ServiceReply {
  return {status, headers: {'x-amzn-requestid': requestId, 'content-type': type}, body};
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
