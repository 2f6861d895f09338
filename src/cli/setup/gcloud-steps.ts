// The parts of the script that are the same in every set-up. They work on the variables that
// gcloud-script.ts writes above them.

export const PROLOGUE = String.raw`set -euo pipefail

say() { printf '%s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
command -v gcloud >/dev/null || fail 'gcloud is not on the PATH: https://cloud.google.com/sdk/docs/install'`;

export const ENABLE_SERVICES = String.raw`enabled="$(gcloud services list --enabled --project="$PROJECT_ID" --format='value(config.name)')"
for service in $SERVICES; do
  if grep -qxF -- "$service" <<<"$enabled"; then
    say "The service $service is enabled."
  else
    gcloud services enable "$service" --project="$PROJECT_ID"
  fi
done`;

export const CHECK_PROJECT = String.raw`number="$(gcloud projects describe "$PROJECT_ID" --format='value(projectNumber)')"
if [[ "$number" != "$PROJECT_NUMBER" ]]; then
  fail "The number of the project $PROJECT_ID is $number, not $PROJECT_NUMBER: run setup again with --project-number $number."
fi`;

// gcloud iam refuses a number as --project.
export const FIND_ACCOUNT_PROJECT = String.raw`SERVICE_ACCOUNT_PROJECT="$(gcloud projects describe "$SERVICE_ACCOUNT_PROJECT" --format='value(projectId)')"`;

// Where everything is allowed, a list of one value would refuse everything else.
export const ALLOW_FUNCTION = String.raw`allow() { # CONSTRAINT VALUE
  local allowed
  allowed="$(gcloud resource-manager org-policies describe "$1" \
    --organization="$ORGANIZATION" --effective \
    --format='value(listPolicy.allValues,listPolicy.allowedValues)' | tr '\t;' '\n\n')"
  if grep -qxF -e ALLOW -e "$2" -e "is:$2" <<<"$allowed"; then
    say "The organisation allows $2 ($1)."
  else
    gcloud resource-manager org-policies allow "$1" "$2" --organization="$ORGANIZATION"
  fi
}`;

export const MAKE_POOL = String.raw`pool() { # VERB FLAG...
  local verb="$1"
  shift
  gcloud iam workload-identity-pools "$verb" "$POOL" \
    --location="$LOCATION" --project="$PROJECT_ID" "$@"
}
retries=0
case "$(pool describe --format='value(state)' 2>/dev/null || true)" in
  '')
    pool create --display-name='AWS' --description='AWS identities, by google-auth-aws setup'
    retries=6
    ;;
  DELETED)
    fail "The pool $POOL was deleted less than 30 days ago. Run setup with another --pool, or look at what it held and bring it back: gcloud iam workload-identity-pools undelete $POOL --location=$LOCATION --project=$PROJECT_ID"
    ;;
  *)
    say "The pool $POOL exists."
    ;;
esac`;

// The account comes last, since it is never empty: nothing at the end of a line gets lost.
export const MAKE_PROVIDER = String.raw`provider() { # VERB FLAG...
  local verb="$1"
  shift
  gcloud iam workload-identity-pools providers "$verb" "$PROVIDER" \
    --workload-identity-pool="$POOL" --location="$LOCATION" --project="$PROJECT_ID" "$@"
}
case "$(provider describe --format='value(state)' 2>/dev/null || true)" in
  '')
    provider create-aws --account-id="$AWS_ACCOUNT" \
      --attribute-mapping="$ATTRIBUTE_MAPPING" --attribute-condition="$ATTRIBUTE_CONDITION"
    ;;
  DELETED)
    fail "The provider $PROVIDER was deleted less than 30 days ago. Run setup with another --provider, or look at what it was and bring it back: gcloud iam workload-identity-pools providers undelete $PROVIDER --workload-identity-pool=$POOL --location=$LOCATION --project=$PROJECT_ID"
    ;;
  *)
    found="$(provider describe --format='value(attributeCondition,attributeMapping."google.subject",attributeMapping."attribute.aws_role",aws.accountId)')"
    wanted="$(printf '%s\t%s\t%s\t%s' "$ATTRIBUTE_CONDITION" "$SUBJECT" "$AWS_ROLE" "$AWS_ACCOUNT")"
    if [[ "$found" != "$wanted" ]]; then
      printf 'The condition, google.subject, attribute.aws_role and AWS account of %s\n  are:    %s\n  wanted: %s\n' \
        "$PROVIDER" "$found" "$wanted" >&2
      fail "The provider $PROVIDER has other settings, so no role is given. To change them for all who use it: $(printf '%q ' \
        gcloud iam workload-identity-pools providers update-aws "$PROVIDER" \
        --workload-identity-pool="$POOL" --location="$LOCATION" --project="$PROJECT_ID" \
        --account-id="$AWS_ACCOUNT" --attribute-mapping="$ATTRIBUTE_MAPPING" \
        --attribute-condition="$ATTRIBUTE_CONDITION")"
    fi
    say "The provider $PROVIDER exists."
    ;;
esac`;

export const MAKE_SERVICE_ACCOUNT = String.raw`if gcloud iam service-accounts describe "$SERVICE_ACCOUNT" --project="$PROJECT_ID" >/dev/null 2>&1; then
  say "The service account $SERVICE_ACCOUNT exists."
else
  gcloud iam service-accounts create "$SERVICE_ACCOUNT_NAME" --project="$PROJECT_ID" \
    --display-name='AWS workloads' --description='AWS identities act as it, by google-auth-aws setup'
  retries=6
fi`;

// Without --condition gcloud asks for one where the policy has conditions, and fails where nobody
// answers.
export const BIND_FUNCTION = String.raw`bind() { # ROLE MEMBER RESOURCE PROJECT COMMAND...
  local role="$1" member="$2" resource="$3" project="$4" found attempt=0
  shift 4
  # Lines of a condition, a role and a member.
  found="$("$@" get-iam-policy "$resource" --project="$project" \
    --flatten='bindings[].members' --format='value(bindings.condition.title,bindings.role,bindings.members)' 2>/dev/null || true)"
  if grep -qxF -- "$(printf '\t%s\t%s' "$role" "$member")" <<<"$found"; then
    say "$member has $role on $resource."
    return
  fi
  until "$@" add-iam-policy-binding "$resource" --project="$project" \
    --role="$role" --member="$member" --condition=None >/dev/null; do
    attempt=$((attempt + 1))
    # What was made a moment ago is not known everywhere at once.
    [[ "$attempt" -le "$retries" ]] || fail "$member was not given $role on $resource."
    sleep 10
  done
  say "$member is given $role on $resource."
}`;
