# More than one instance: with more targets than one sweep can hold, watch splits them and hands each part to an instance
# of this second function by a message. With shards = 1 nothing of this is there.

locals {
  is_sharded = var.shards > 1
  shard_url  = "https://${var.region}-${var.project}.cloudfunctions.net/${var.name}-watch-shard"

  # BigQuery counts its quota for each of these; the shards call as them in turn.
  shard_identities = local.is_sharded ? toset([for number in range(var.shard_identities) : tostring(number + 1)]) : toset([])
  shard_projects   = { for pair in setproduct(var.watched_projects, local.shard_identities) : "${pair[0]} ${pair[1]}" => { project = pair[0], identity = pair[1] } }
  shard_folders    = { for pair in setproduct(var.watched_folders, local.shard_identities) : "${pair[0]} ${pair[1]}" => { folder = pair[0], identity = pair[1] } }

  # What both functions have to know of it. The addresses are written out, so that nothing depends on accounts that are not there.
  shard_emails = [for number in sort(local.shard_identities) : "${var.name}-shard-${number}@${var.project}.iam.gserviceaccount.com"]
  shard_settings = local.is_sharded ? merge(
    {
      JOBWARDEN_SHARDS      = tostring(var.shards)
      JOBWARDEN_SHARD_TOPIC = "projects/${var.project}/topics/${var.name}-shards"
    },
    length(local.shard_emails) == 0 ? {} : { JOBWARDEN_SHARD_IDENTITIES = join(",", local.shard_emails) },
  ) : {}
}

# Every message is acknowledged or worthless within a minute: nothing is kept for longer than Pub/Sub has to.
resource "google_pubsub_topic" "shards" {
  count = local.is_sharded ? 1 : 0

  project = var.project
  name    = "${var.name}-shards"
  labels  = local.labels

  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic_iam_member" "watch_hands_out" {
  count = local.is_sharded ? 1 : 0

  project = var.project
  topic   = google_pubsub_topic.shards[0].name
  role    = google_project_iam_custom_role.publisher.name
  member  = google_service_account.watch.member
}

# The same bundle and the same account as watch. Who is called again because all instances are at work comes a moment later.
resource "google_cloudfunctions2_function" "shard" {
  count = local.is_sharded ? 1 : 0

  project     = var.project
  location    = var.region
  name        = "${var.name}-watch-shard"
  description = "Sweeps over one part of the running jobs for each message."
  labels      = local.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = "shard"
    service_account = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.build.name
        object = google_storage_bucket_object.bundle["watch"].name
      }
    }
  }

  service_config {
    available_memory                 = "256Mi"
    available_cpu                    = "0.167"
    timeout_seconds                  = 60
    min_instance_count               = 0
    max_instance_count               = var.shards
    max_instance_request_concurrency = 1
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"
    all_traffic_on_latest_revision   = true
    service_account_email            = google_service_account.watch.email

    environment_variables = merge(local.shard_settings, {
      GOOGLE_CLOUD_PROJECT = var.project
      JOBWARDEN_MODE       = var.mode
      JOBWARDEN_POLICY     = "gs://${google_storage_bucket.policy.name}/policy.yaml"
      JOBWARDEN_STATE      = "gs://${google_storage_bucket.state.name}"
      JOBWARDEN_TOPIC      = google_pubsub_topic.events.id
      JOBWARDEN_SOURCE     = local.source_name
      JOBWARDEN_PRINCIPAL  = google_service_account.watch.email
      JOBWARDEN_CALLER     = google_service_account.shard_push[0].email
      JOBWARDEN_AUDIENCE   = local.shard_url
      NODE_OPTIONS         = local.heap_options
    })
  }

  depends_on = [google_project_service.api, google_project_iam_member.build]
}

# No dead letters: what is not done within its minute is done by the next one.
resource "google_pubsub_subscription" "shards" {
  count = local.is_sharded ? 1 : 0

  project                    = var.project
  name                       = "${var.name}-shards"
  topic                      = google_pubsub_topic.shards[0].id
  labels                     = local.labels
  filter                     = "attributes.kind = \"shard\""
  ack_deadline_seconds       = 70
  message_retention_duration = "600s"

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "10s"
  }

  push_config {
    push_endpoint = google_cloudfunctions2_function.shard[0].url

    oidc_token {
      service_account_email = google_service_account.shard_push[0].email
      audience              = local.shard_url
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.shard_push]
}

resource "google_service_account" "shard_push" {
  count = local.is_sharded ? 1 : 0

  project      = var.project
  account_id   = "${var.name}-shard-push"
  display_name = "Jobwarden shard push: may call the shards"
}

resource "google_cloud_run_v2_service_iam_member" "shard_push" {
  count = local.is_sharded ? 1 : 0

  project  = var.project
  location = var.region
  name     = google_cloudfunctions2_function.shard[0].name
  role     = "roles/run.invoker"
  member   = google_service_account.shard_push[0].member
}

# The agent signs the tokens of push requests in the name of this account.
resource "google_service_account_iam_member" "shard_push_token" {
  count = local.is_sharded ? 1 : 0

  service_account_id = google_service_account.shard_push[0].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}

# Impersonation is an API of its own.
resource "google_project_service" "iam_credentials" {
  count = length(local.shard_identities) == 0 ? 0 : 1

  project            = var.project
  service            = "iamcredentials.googleapis.com"
  disable_on_destroy = false
}

resource "google_service_account" "shard" {
  for_each = local.shard_identities

  project      = var.project
  account_id   = "${var.name}-shard-${each.value}"
  display_name = "Jobwarden shard ${each.value}: sees and cancels jobs for the watch account, with a quota of its own"
}

resource "google_service_account_iam_member" "shard_token" {
  for_each = local.shard_identities

  service_account_id = google_service_account.shard[each.value].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.watch.member
}

# What the watch account may do with jobs, they may too: the same role, wherever it is bound.
resource "google_project_iam_member" "shard" {
  for_each = local.shard_projects

  project = each.value.project
  role    = var.role_organization == null ? google_project_iam_custom_role.watch[each.value.project].name : local.organization_role
  member  = google_service_account.shard[each.value.identity].member
}

resource "google_folder_iam_member" "shard" {
  for_each = local.shard_folders

  folder = each.value.folder
  role   = local.organization_role
  member = google_service_account.shard[each.value.identity].member
}

resource "google_organization_iam_member" "shard" {
  for_each = var.watched_organization == null ? toset([]) : local.shard_identities

  org_id = var.watched_organization
  role   = local.organization_role
  member = google_service_account.shard[each.value].member
}
