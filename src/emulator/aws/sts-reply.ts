import type {ServiceReply} from '../service.js';
import type {AwsIdentity} from './access-keys.js';
import type {AwsRefusal} from './aws-refusal.js';

/** How a reply is written. */
export interface ReplyFormat {
  /** JSON where the client asks for it with `Accept`; otherwise XML. */
  readonly isJson: boolean;
  readonly requestId: string;
}

const STS = 'https://sts.amazonaws.com/doc/2011-06-15/';
const FAULT = 'http://webservices.amazon.com/AWSFault/2005-15-09';

/** What GetCallerIdentity answers. */
export function callerIdentityReply(identity: AwsIdentity, format: ReplyFormat): ServiceReply {
  const {account, arn, userId} = identity;
  const {requestId} = format;
  return format.isJson
    ? json(200, requestId, {
        GetCallerIdentityResponse: {
          GetCallerIdentityResult: {Account: account, Arn: arn, UserId: userId},
          ResponseMetadata: {RequestId: requestId},
        },
      })
    : xml(
        200,
        requestId,
        `<GetCallerIdentityResponse xmlns="${STS}">
  <GetCallerIdentityResult>
    <Arn>${escapeXml(arn)}</Arn>
    <UserId>${escapeXml(userId)}</UserId>
    <Account>${escapeXml(account)}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>${requestId}</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`,
      );
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
  <Error>
    <Type>Sender</Type>
    <Code>${escapeXml(code)}</Code>
    <Message>${escapeXml(message)}</Message>
  </Error>
  <RequestId>${requestId}</RequestId>
</ErrorResponse>
`,
      );
}

function json(status: number, requestId: string, body: object): ServiceReply {
  return reply(status, requestId, 'application/json', JSON.stringify(body));
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
