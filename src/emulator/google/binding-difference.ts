import type {MappedAttributes} from './attributes.js';

/** Why a member of a binding does not mean an identity. */
export interface MemberDifference {
  /** A sentence. */
  readonly reason: string;
  /** How much of it fits: the member with the most is the one that was probably meant. */
  readonly nearness: number;
}

/** The identity that is not meant. */
export interface ComparedIdentity {
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL`. */
  readonly pool: string;
  readonly attributes: MappedAttributes;
  /** Why attributes could not be mapped. */
  readonly unmapped: Readonly<Record<string, string>>;
}

const FEDERATED =
  /^principal(?:Set)?:\/\/iam\.googleapis\.com\/projects\/(?<project>\d+)\/locations\/global\/workloadIdentityPools\/(?<pool>[^/]+)\/(?<kind>subject|group|attribute\.[a-z0-9_]+|\*)(?:\/(?<value>.+))?$/s;
const ROLE_ARN = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:[^/]+\/)*([^/]+)$/;
const SESSION_ARN = /^(arn:aws[\w-]*:sts::\d{12}:assumed-role\/[^/]+)(?:\/([^/]+))?$/;

/** Says how a member that does not mean the identity differs from one that does. */
export function memberDifference(member: string, identity: ComparedIdentity): MemberDifference {
  const {project, pool, kind = '', value = ''} = FEDERATED.exec(member)?.groups ?? {};
  if (project === undefined || pool === undefined) {
    return {reason: 'It means a service account, and not a federated identity.', nearness: 0};
  }
  const [, ownProject = '', , , , ownPool = ''] = identity.pool.split('/');
  if (project !== ownProject) {
    return {
      reason: `It names the project ${project}; the provider's project is ${ownProject}.`,
      nearness: pool === ownPool ? 2 : 1,
    };
  }
  if (pool !== ownPool) {
    return {reason: `It names the pool ${pool}; the provider's pool is ${ownPool}.`, nearness: 2};
  }
  if (kind === 'subject') return subjectDifference(value, identity);
  if (kind === 'group') return groupDifference(value, identity);
  return attributeDifference(kind, value, identity);
}

function subjectDifference(subject: string, {pool, attributes}: ComparedIdentity) {
  const own = attributes['google.subject'];
  const [, role, session] = SESSION_ARN.exec(subject) ?? [];
  const [, ownRole] = SESSION_ARN.exec(own) ?? [];
  const ofRole = `principalSet://iam.googleapis.com/${pool}/attribute.aws_role/${ownRole ?? ''}`;
  const hasRole = ownRole !== undefined && attributes['attribute.aws_role'] === ownRole;
  const advice = hasRole ? ` To mean all sessions of the role: ${ofRole}` : '';
  if (role !== undefined && session === undefined) {
    return {
      reason: `It names the subject without the name of a session; the subject of this identity is ${show(own)}.${advice}`,
      nearness: role === ownRole ? 6 : 4,
    };
  }
  if (role !== undefined && role === ownRole) {
    return {
      reason: `It names another session of the role, ${show(session)}; a role's subject changes with every session.${advice}`,
      nearness: 6,
    };
  }
  if (ROLE_ARN.test(subject)) {
    return {
      reason: `It names the role's own ARN; the subject is that of a session: ${show(own)}.${advice}`,
      nearness: sameRole(subject, ownRole) ? 6 : 4,
    };
  }
  return {reason: differs('google.subject', subject, own), nearness: 4};
}

function groupDifference(group: string, {attributes, unmapped}: ComparedIdentity) {
  const {'google.groups': groups} = attributes;
  const reason =
    groups === undefined
      ? (unmapped['google.groups'] ?? 'The provider maps no google.groups.')
      : `The groups of this identity are ${groups.map(show).join(', ') || 'none'}, without ${show(group)}.`;
  return {reason, nearness: groups === undefined ? 3 : 4};
}

function attributeDifference(
  name: string,
  value: string,
  {attributes, unmapped}: ComparedIdentity,
): MemberDifference {
  const own = new Map<string, unknown>(Object.entries(attributes)).get(name);
  if (typeof own !== 'string') {
    const mapped = Object.keys(attributes).filter(key => key.startsWith('attribute.'));
    const list = mapped.length === 0 ? 'no custom attribute' : mapped.join(', ');
    return {
      reason: unmapped[name] ?? `The provider maps no ${name}; it maps ${list}.`,
      nearness: 3,
    };
  }
  if (sameRole(value, own)) {
    return {
      reason: `It names the role's own ARN; ${name} is that of its sessions, without their name: ${show(own)}.`,
      nearness: 6,
    };
  }
  if (SESSION_ARN.exec(value)?.[1] === own) {
    return {
      reason: `It names a session; ${name} is the role alone: ${show(own)}.`,
      nearness: 6,
    };
  }
  return {
    reason: differs(name, value, own),
    nearness: value.toLowerCase() === own.toLowerCase() ? 6 : 5,
  };
}

function differs(name: string, value: string, own: string): string {
  const isCase = value.toLowerCase() === own.toLowerCase();
  return `${name} is ${show(own)} here, and not ${show(value)}${isCase ? ': capital letters count' : ''}.`;
}

// arn:aws:iam::ACCOUNT:role/NAME beside arn:aws:sts::ACCOUNT:assumed-role/NAME.
function sameRole(arn: string, sessions: string | undefined): boolean {
  const [, account, name] = ROLE_ARN.exec(arn) ?? [];
  return (
    account !== undefined && sessions?.endsWith(`:${account}:assumed-role/${name ?? ''}`) === true
  );
}

function show(value: string | undefined): string {
  return JSON.stringify(value ?? '');
}
