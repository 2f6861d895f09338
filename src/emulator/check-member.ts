// https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools/create
const POOL_ID = '[a-z0-9-]{4,32}';
const HOST = 'iam.googleapis.com';
const POOL = String.raw`iam\.googleapis\.com/projects/\d+/locations/global/workloadIdentityPools/${POOL_ID}`;
// https://cloud.google.com/iam/docs/principal-identifiers
const MEMBER = new RegExp(
  String.raw`^(?:principal://${POOL}/subject/.+|principalSet://${POOL}/(?:\*|(?:group|attribute\.[a-z0-9_]+)/.+)|serviceAccount:[^@\s]+@[^@\s]+)$`,
);
const FORMS =
  'It must read principal://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/subject/SUBJECT, principalSet://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/attribute.NAME/VALUE, the same with /group/GROUP or /* at its end, or serviceAccount:EMAIL';

/**
 * What is wrong with a member of a service account's binding, and how to put it right; or `undefined`.
 */
export function memberProblem(member: string): string | undefined {
  if (MEMBER.test(member)) return undefined;
  const [, kind, rest] = /^(principal|principalSet):\/\/(.*)$/s.exec(member) ?? [];
  if (kind === undefined || rest === undefined) {
    const type = /^(user|group|domain|allUsers|allAuthenticatedUsers)\b/.exec(member)?.[1];
    return type === undefined
      ? `no member that a workload can be. ${FORMS}`
      : `a workload is no "${type}". ${FORMS}`;
  }
  const slips: string[] = [];
  const path = withHost(rest, slips);
  const project = /^projects\/([^/]+)\//.exec(path)?.[1];
  if (project !== undefined && !/^\d+$/.test(project)) {
    slips.push(`"${project}" must be the project's number, not its id`);
  }
  const repaired = withKind(kind, path, slips);
  if (slips.length === 0) return `no form that Google knows. ${FORMS}`;
  return `${slips.join('; ')}. ${MEMBER.test(repaired) ? `Write ${repaired}` : FORMS}`;
}

// A page that many follow leaves out the host and "projects/".
function withHost(rest: string, slips: string[]): string {
  let path = rest;
  if (path.startsWith(`${HOST}/`)) path = path.slice(HOST.length + 1);
  else slips.push(`the host ${HOST} is missing`);
  if (/^[^/]+\/locations\//.test(path)) {
    slips.push('"projects/" is missing before the project\'s number');
    path = `projects/${path}`;
  }
  return path;
}

function withKind(kind: string, path: string, slips: string[]): string {
  const [, pool, tail = ''] = /^(.*\/workloadIdentityPools\/[^/]+)\/(.*)$/s.exec(path) ?? [];
  if (pool === undefined) return `${kind}://${HOST}/${path}`;
  const role = /^subject\/(arn:[^/]+:assumed-role\/[^/]+)$/.exec(tail)?.[1];
  if (role !== undefined) {
    slips.push(
      "a role's subject ends in the name of its session, so name the role by its attribute",
    );
    return `principalSet://${HOST}/${pool}/attribute.aws_role/${role}`;
  }
  const isSubject = tail.startsWith('subject/');
  if (isSubject && kind === 'principalSet') {
    slips.push('one subject is a principal, not a principalSet');
  }
  if (!isSubject && kind === 'principal') {
    slips.push('an attribute, a group or a whole pool is a principalSet, not a principal');
  }
  return `${isSubject ? 'principal' : 'principalSet'}://${HOST}/${path}`;
}
