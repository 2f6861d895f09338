/** The flag of gcloud for the project of a service account, with a space in front; or nothing. */
export function accountProject(email: string): string {
  const project = projectOfAccount(email);
  return project === undefined ? '' : ` --project=${project}`;
}

/** The project in the e-mail of an account that a user has made; Google's own have none there. */
export function projectOfAccount(email: string): string | undefined {
  return /@([a-z][a-z0-9-]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
}
