# Exactly the permissions that are used: test/infra/permissions.test.ts runs the functions against a stand-in that
# refuses everything else, and fails for one that is missing and for one that is never used.

locals {
  # What watch asks BigQuery. jobs.list alone shows other people's jobs without their contents; listAll shows them.
  observe_permissions = [
    "bigquery.jobs.get",
    "bigquery.jobs.list",
    "bigquery.jobs.listAll",
  ]

  # Cancelling is an update of the job (BigQuery REST reference, jobs.cancel).
  enforce_permissions = concat(local.observe_permissions, ["bigquery.jobs.update"])

  watch_permissions = var.mode == "enforce" ? local.enforce_permissions : local.observe_permissions
  watch_role        = var.mode == "enforce" ? "Enforcer" : "Observer"
  role_id           = "${replace(var.name, "-", "_")}${local.watch_role}"

  # Custom roles exist in projects and organisations only.
  role_projects = var.role_organization == null ? var.watched_projects : toset([])

  organization_role = one(google_organization_iam_custom_role.watch[*].name)
}

resource "google_project_iam_custom_role" "watch" {
  for_each = local.role_projects

  project     = each.value
  role_id     = local.role_id
  title       = "Jobwarden ${local.watch_role}"
  description = "Sees the jobs of all users${var.mode == "enforce" ? ", and may cancel them" : ""}; no data, no queries of its own."
  permissions = local.watch_permissions
}

resource "google_organization_iam_custom_role" "watch" {
  count = var.role_organization == null ? 0 : 1

  org_id      = var.role_organization
  role_id     = local.role_id
  title       = "Jobwarden ${local.watch_role}"
  description = "Sees the jobs of all users${var.mode == "enforce" ? ", and may cancel them" : ""}; no data, no queries of its own."
  permissions = local.watch_permissions
}

resource "google_project_iam_member" "watch" {
  for_each = var.watched_projects

  project = each.value
  role    = var.role_organization == null ? google_project_iam_custom_role.watch[each.value].name : local.organization_role
  member  = google_service_account.watch.member
}

resource "google_folder_iam_member" "watch" {
  for_each = var.watched_folders

  folder = each.value
  role   = local.organization_role
  member = google_service_account.watch.member

  lifecycle {
    precondition {
      condition     = var.role_organization != null
      error_message = "A role for folders has to be kept in the organisation: set role_organization."
    }
  }
}

resource "google_organization_iam_member" "watch" {
  count = var.watched_organization == null ? 0 : 1

  org_id = var.watched_organization
  role   = local.organization_role
  member = google_service_account.watch.member

  lifecycle {
    precondition {
      condition     = var.role_organization != null
      error_message = "A role for the organisation has to be kept in it: set role_organization."
    }
  }
}

# Reading the policy, its earlier generations and the stop switch.
resource "google_project_iam_custom_role" "policy_reader" {
  project     = var.project
  role_id     = "${replace(var.name, "-", "_")}PolicyReader"
  title       = "Jobwarden policy reader"
  permissions = ["storage.objects.get", "storage.objects.list"]
}

# Writing over an object asks for delete as well as create (Cloud Storage, IAM permissions for JSON methods).
resource "google_project_iam_custom_role" "state_keeper" {
  project     = var.project
  role_id     = "${replace(var.name, "-", "_")}StateKeeper"
  title       = "Jobwarden state keeper"
  permissions = ["storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list"]
}

resource "google_project_iam_custom_role" "publisher" {
  project     = var.project
  role_id     = "${replace(var.name, "-", "_")}Publisher"
  title       = "Jobwarden publisher"
  permissions = ["pubsub.topics.publish"]
}

resource "google_storage_bucket_iam_member" "policy_reader" {
  for_each = { watch = google_service_account.watch.member, notify = google_service_account.notify.member }

  bucket = google_storage_bucket.policy.name
  role   = google_project_iam_custom_role.policy_reader.name
  member = each.value
}

resource "google_storage_bucket_iam_member" "state_keeper" {
  for_each = { watch = google_service_account.watch.member, notify = google_service_account.notify.member }

  bucket = google_storage_bucket.state.name
  role   = google_project_iam_custom_role.state_keeper.name
  member = each.value
}

resource "google_pubsub_topic_iam_member" "watch_publishes" {
  project = var.project
  topic   = google_pubsub_topic.events.name
  role    = google_project_iam_custom_role.publisher.name
  member  = google_service_account.watch.member
}

resource "google_pubsub_topic_iam_member" "notify_publishes" {
  project = var.project
  topic   = google_pubsub_topic.dead_letters.name
  role    = google_project_iam_custom_role.publisher.name
  member  = google_service_account.notify.member
}
