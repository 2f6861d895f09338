import {AwsAuthError} from '../errors.js';
import {show} from './option-checks.js';

/** A workload identity pool provider, as its full resource name spells it. */
export interface ProviderName {
  /** The project's number, never its id. */
  readonly projectNumber: string;
  /** `global` for every pool that exists today. */
  readonly location: string;
  readonly poolId: string;
  readonly providerId: string;
}

const SHAPE =
  '//iam.googleapis.com/projects/PROJECT_NUMBER/locations/global/workloadIdentityPools/POOL_ID/providers/PROVIDER_ID';

const NAME =
  /^projects\/(?<project>[^/]+)\/locations\/(?<location>[a-z0-9-]+)\/workloadIdentityPools\/(?<pool>[^/]+)\/providers\/(?<provider>[^/]+)$/;

// https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools/create
const POOL_OR_PROVIDER_ID = /^[a-z0-9-]{4,32}$/;

/** Writes the name as Google STS takes it for its `audience`: `//iam.googleapis.com/projects/…`. */
export function formatProviderName(name: ProviderName): string {
  return `//iam.googleapis.com/projects/${name.projectNumber}/locations/${name.location}/workloadIdentityPools/${name.poolId}/providers/${name.providerId}`;
}

/**
 * Reads a provider's name from an audience, with or without a leading `https:`.
 *
 * @throws AwsAuthError `INVALID_AUDIENCE`, which tells what is wrong with it.
 * @see https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
 */
export function parseProviderName(audience: unknown): ProviderName {
  if (typeof audience !== 'string' || audience === '') {
    throw invalid('The option "audience" is missing or not a string.', `Set it to ${SHAPE}.`);
  }
  const path = /^(?:https:)?\/\/iam\.googleapis\.com\/(.*)$/s.exec(audience)?.[1];
  if (path === undefined) {
    throw invalid(
      `The audience ${show(audience)} does not begin with //iam.googleapis.com/.`,
      NAME.test(audience)
        ? `Put that in front: ${show(`//iam.googleapis.com/${audience}`)}`
        : `Set it to the provider's full resource name, ${SHAPE}.`,
    );
  }
  if (path.startsWith('locations/') && path.includes('/workforcePools/')) {
    throw invalid(
      `The audience ${show(audience)} names a workforce pool.`,
      `Workforce pools are for people; an AWS workload needs a provider of a workload identity pool: ${SHAPE}.`,
    );
  }
  const groups = NAME.exec(path)?.groups;
  const {project = '', location = '', pool = '', provider = ''} = groups ?? {};
  if (groups === undefined) {
    throw invalid(
      `The audience ${show(audience)} is not the name of a workload identity pool provider.`,
      `It must read ${SHAPE}; print yours with: gcloud iam workload-identity-pools providers list --location=global --workload-identity-pool=POOL_ID --format="value(name)"`,
    );
  }
  if (!/^\d+$/.test(project)) {
    throw invalid(
      `The audience names the project by its id, ${show(project)}; Google STS takes the project number alone.`,
      `Print the number with: gcloud projects describe ${/^[a-z0-9:.-]+$/.test(project) ? project : 'PROJECT_ID'} --format="value(projectNumber)"`,
    );
  }
  for (const [kind, id] of [
    ['pool', pool],
    ['provider', provider],
  ] as const) {
    if (!POOL_OR_PROVIDER_ID.test(id)) {
      throw invalid(
        `The ${kind} id ${show(id)} in the audience is not one that Google allows.`,
        'It has 4 to 32 characters out of a-z, 0-9 and the hyphen.',
      );
    }
  }
  return Object.freeze({projectNumber: project, location, poolId: pool, providerId: provider});
}

function invalid(what: string, fix: string): AwsAuthError {
  return new AwsAuthError({code: 'INVALID_AUDIENCE', step: 'config', what, fix});
}
