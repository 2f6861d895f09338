// Plays gcloud for the scripts that `setup` prints: keeps what was made in the file that FAKE_GCLOUD
// names, and refuses what the real one refuses: flags it does not know, making what exists, binding
// whom nobody knows. It knows no more commands than the scripts have a use for.
import {readFileSync, writeFileSync} from 'node:fs';

const FILE = process.env.FAKE_GCLOUD;
const state = JSON.parse(readFileSync(FILE, 'utf8'));
const args = process.argv.slice(2);

class Refused extends Error {
  constructor(message, status = 1) {
    super(message);
    this.status = status;
  }
}

// Each command's flags; those with ! must be there. `changes`: it writes.
const COMMANDS = {
  'services list': {flags: ['project!', 'enabled!', 'format'], run: listServices},
  'services enable': {flags: ['project!'], changes: true, run: enableService},
  'projects describe': {flags: ['format'], run: describeProject},
  'projects get-iam-policy': {flags: ['project', 'flatten', 'format'], run: getPolicy('projects')},
  'projects add-iam-policy-binding': binding('projects'),
  'resource-manager org-policies describe': {
    flags: ['organization!', 'effective', 'format'],
    run: describeConstraint,
  },
  'resource-manager org-policies allow': {
    flags: ['organization!'],
    changes: true,
    run: allowInConstraint,
  },
  'iam workload-identity-pools describe': {
    flags: ['location!', 'project!', 'format'],
    run: describe('pools'),
  },
  'iam workload-identity-pools create': {
    flags: ['location!', 'project!', 'display-name', 'description'],
    changes: true,
    run: create('pools', () => ({state: 'ACTIVE'})),
  },
  'iam workload-identity-pools providers describe': {
    flags: ['workload-identity-pool!', 'location!', 'project!', 'format'],
    run: describe('providers'),
  },
  'iam workload-identity-pools providers create-aws': {
    flags: [
      ...['workload-identity-pool!', 'location!', 'project!', 'account-id!'],
      ...['attribute-mapping', 'attribute-condition'],
    ],
    changes: true,
    run: create('providers', awsProvider),
  },
  'iam service-accounts describe': {
    flags: ['project', 'format'],
    run: describe('serviceAccounts'),
  },
  'iam service-accounts create': {
    flags: ['project!', 'display-name', 'description'],
    changes: true,
    run: createServiceAccount,
  },
  'iam service-accounts get-iam-policy': {
    flags: ['project!', 'flatten', 'format'],
    run: getPolicy('serviceAccounts'),
  },
  'iam service-accounts add-iam-policy-binding': binding('serviceAccounts'),
  'storage buckets get-iam-policy': {
    flags: ['project', 'flatten', 'format'],
    run: getPolicy('buckets'),
  },
  'storage buckets add-iam-policy-binding': binding('buckets'),
};

function main() {
  const name = Object.keys(COMMANDS).find(known => `${args.join(' ')} `.startsWith(`${known} `));
  if (name === undefined) throw new Refused(`Invalid choice: ${args.join(' ')}`, 2);
  const command = COMMANDS[name];
  const flags = {};
  const positional = [];
  for (const arg of args.slice(name.split(' ').length)) {
    const [, flag, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (flag === undefined) {
      positional.push(arg);
    } else if (command.flags.some(known => known.replace('!', '') === flag)) {
      flags[flag] = value ?? true;
    } else {
      throw new Refused(`unrecognized arguments: --${flag}`, 2);
    }
  }
  for (const flag of command.flags.filter(known => known.endsWith('!'))) {
    if (!(flag.slice(0, -1) in flags))
      throw new Refused(`argument --${flag.slice(0, -1)}: Must be specified.`, 2);
  }
  if (name.startsWith('iam ') && /^\d+$/.test(flags.project ?? '')) {
    throw new Refused("The value of ``--project'' flag was set to Project number.");
  }
  if (![undefined, state.project.projectId, state.otherProject].includes(flags.project)) {
    throw new Refused(`PERMISSION_DENIED: project ${flags.project}`);
  }
  const pending = state.failures?.[name] ?? 0;
  if (pending > 0) {
    state.failures[name] = pending - 1;
    throw new Refused(`INVALID_ARGUMENT: ${name} is refused for now`);
  }
  const result = command.run(positional, flags);
  if (command.changes) state.changes.push(args);
  if (result !== undefined) print(result, flags);
}

function listServices() {
  return state.services.map(service => ({config: {name: service}}));
}

function enableService(services) {
  state.services.push(...services);
}

function describeProject([id]) {
  const projects = [state.project, {projectId: state.otherProject, projectNumber: '210987654321'}];
  const found = projects.find(it => [it.projectId, it.projectNumber].includes(id));
  if (found === undefined) throw new Refused(`PERMISSION_DENIED: ${id}`);
  return found;
}

function describeConstraint([constraint]) {
  return {constraint, listPolicy: state.constraints[constraint] ?? {allValues: 'ALLOW'}};
}

function allowInConstraint([constraint, value]) {
  const {allowedValues = []} = state.constraints[constraint] ?? {};
  state.constraints[constraint] = {allowedValues: [...allowedValues, value]};
}

function describe(kind) {
  return ([id]) => {
    const found = state[kind][id];
    if (found === undefined) throw new Refused(`NOT_FOUND: ${id}`);
    return found;
  };
}

function create(kind, make) {
  return ([id], flags) => {
    if (state[kind][id] !== undefined) throw new Refused(`ALREADY_EXISTS: ${id}`);
    state[kind][id] = {...make(flags)};
  };
}

function awsProvider(flags) {
  const pool = state.pools[flags['workload-identity-pool']];
  if (pool?.state !== 'ACTIVE') throw new Refused('NOT_FOUND: the pool');
  const {allowedValues} =
    state.constraints['constraints/iam.workloadIdentityPoolAwsAccounts'] ?? {};
  if (allowedValues?.includes(flags['account-id']) === false) {
    throw new Refused('FAILED_PRECONDITION: Org Policy violated for value');
  }
  const mapping = flags['attribute-mapping']
    .split(',')
    .map(pair => pair.split(/=(.*)/s).slice(0, 2));
  return {
    state: 'ACTIVE',
    aws: {accountId: flags['account-id']},
    attributeMapping: Object.fromEntries(mapping),
    ...(flags['attribute-condition'] ? {attributeCondition: flags['attribute-condition']} : {}),
  };
}

function createServiceAccount([name]) {
  const email = `${name}@${state.project.projectId}.iam.gserviceaccount.com`;
  create('serviceAccounts', () => ({email}))([email]);
}

function binding(kind) {
  return {
    flags: ['project!', 'role!', 'member!', 'condition!'],
    changes: true,
    run: ([resource], {project, role, member, condition}) => {
      const {projectNumber} = describeProject([project]);
      const isOfProject =
        resource.includes(`@${project}.`) ||
        resource === `${projectNumber}-compute@developer.gserviceaccount.com`;
      if (kind === 'serviceAccounts' && !isOfProject) {
        throw new Refused(`NOT_FOUND: ${resource} in ${project}`);
      }
      if (condition !== 'None') throw new Refused('argument --condition: it may ask back', 2);
      const [, pool] = /\/workloadIdentityPools\/([^/]+)\//.exec(member) ?? [];
      const isKnown =
        pool === undefined
          ? state.serviceAccounts[member.replace('serviceAccount:', '')] !== undefined
          : state.pools[pool]?.state === 'ACTIVE';
      if (!isKnown) throw new Refused(`INVALID_ARGUMENT: ${member} does not exist.`);
      policyOf(kind, resource).push({role, members: [member]});
    },
  };
}

function getPolicy(kind) {
  return ([resource]) => ({bindings: policyOf(kind, resource), etag: 'x'});
}

function policyOf(kind, resource) {
  if (kind === 'serviceAccounts') describe('serviceAccounts')([resource]);
  if (kind === 'projects') describeProject([resource]);
  return (state.policies[`${kind}/${resource}`] ??= []);
}

// https://cloud.google.com/sdk/gcloud/reference/topic/formats, of which `value(KEY,…)`.
function print(result, {format, flatten}) {
  if (format === undefined) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const keys = /^value\((.*)\)$/.exec(format)?.[1].match(/(?:[^,"]|"[^"]*")+/g);
  if (!keys) throw new Refused(`no format: ${format}`, 2);
  const rows = Array.isArray(result) ? result : [result];
  for (const row of flatten === 'bindings[].members' ? rows.flatMap(flattened) : rows) {
    const line = keys.map(key => text(valueAt(row, key))).join('\t');
    process.stdout.write(`${line}\n`);
  }
}

function flattened({bindings}) {
  return bindings.flatMap(({members, ...rest}) =>
    members.map(member => ({bindings: {...rest, members: member}})),
  );
}

function valueAt(row, key) {
  const names = key.match(/"[^"]*"|[^."]+/g).map(name => name.replaceAll('"', ''));
  return names.reduce((value, name) => value?.[name], row);
}

function text(value) {
  return Array.isArray(value) ? value.join(';') : String(value ?? '');
}

try {
  main();
} catch (error) {
  process.stderr.write(`ERROR: (gcloud) ${error.message}\n`);
  process.exitCode = error.status ?? 70;
} finally {
  state.calls.push(args);
  writeFileSync(FILE, JSON.stringify(state));
}
