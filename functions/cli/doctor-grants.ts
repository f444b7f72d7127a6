/** Whom the commands below grant something: the caller, or whoever is named with `--member`. */
export type Member = string;

/** In commands where nobody is named: it has to be filled in. */
export const nobody = 'MEMBER';

const roleId = 'jobwardenMayCancel';

/** Shows the jobs of all users with their contents (BigQuery, predefined roles). */
export function grantSeeing(project: string, member: Member): string {
  return `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=roles/bigquery.resourceViewer`;
}

/** Lets cancel, and nothing else: no predefined role is that small. */
export function grantCancelling(project: string, member: Member): string {
  const role = `gcloud iam roles create ${roleId} --project=${project} --permissions=bigquery.jobs.update`;
  const bind = `gcloud projects add-iam-policy-binding ${project} --member=${member}`;
  return `${role} && ${bind} --role=projects/${project}/roles/${roleId}`;
}

/** Lets read the policy and the stop switch. */
export function grantReading(bucket: string, member: Member): string {
  return `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=${member} --role=roles/storage.objectViewer`;
}

/** Lets keep the state. */
export function grantKeeping(bucket: string, member: Member): string {
  return `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=${member} --role=roles/storage.objectUser`;
}

function partsOf(topic: string): { readonly project: string; readonly id: string } {
  const [, project = '', , id = ''] = topic.split('/');
  return { project, id };
}

/** Lets publish. */
export function grantPublishing(topic: string, member: Member): string {
  const { project, id } = partsOf(topic);
  return `gcloud pubsub topics add-iam-policy-binding ${id} --project=${project} --member=${member} --role=roles/pubsub.publisher`;
}

/** Makes a topic. */
export function createTopic(topic: string): string {
  const { project, id } = partsOf(topic);
  return `gcloud pubsub topics create ${id} --project=${project}`;
}

/** Switches an API on. */
export function enableApi(api: string, project: string): string {
  return `gcloud services enable ${api} --project=${project}`;
}
