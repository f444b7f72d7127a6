locals {
  source_name = "//jobwarden/${var.project}/${var.name}"
  watch_url   = "https://${var.region}-${var.project}.cloudfunctions.net/${var.name}-watch"
  notify_url  = "https://${var.region}-${var.project}.cloudfunctions.net/${var.name}-notify"
}

# One instance, one request at a time: a second sweep would only be told to wait. Correctness does not hang on it: the
# ledger is changed by compare-and-swap.
resource "google_cloudfunctions2_function" "watch" {
  project     = var.project
  location    = var.region
  name        = "${var.name}-watch"
  description = "Sweeps over the running jobs once a minute."
  labels      = local.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = "watch"
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
    max_instance_count               = 1
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
      JOBWARDEN_CALLER     = google_service_account.scheduler.email
      JOBWARDEN_AUDIENCE   = local.watch_url
      NODE_OPTIONS         = local.heap_options
    })

    dynamic "secret_environment_variables" {
      for_each = var.heartbeat_url_secret == null ? [] : [var.heartbeat_url_secret]

      content {
        key        = "JOBWARDEN_HEARTBEAT_URL"
        project_id = var.project
        secret     = secret_environment_variables.value
        version    = "latest"
      }
    }
  }

  depends_on = [google_project_service.api, google_project_iam_member.build, google_secret_manager_secret_iam_member.heartbeat]
}

# Two instances of forty requests are what 5,000 notices at once were measured with (npm run burst): more of them only
# meet the channels' rate limits sooner.
resource "google_cloudfunctions2_function" "notify" {
  project     = var.project
  location    = var.region
  name        = "${var.name}-notify"
  description = "Tells the owners of jobs, once."
  labels      = local.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = "notify"
    service_account = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.build.name
        object = google_storage_bucket_object.bundle["notify"].name
      }
    }
  }

  service_config {
    available_memory                 = "256Mi"
    available_cpu                    = "1"
    timeout_seconds                  = 50
    min_instance_count               = 0
    max_instance_count               = 2
    max_instance_request_concurrency = 40
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"
    all_traffic_on_latest_revision   = true
    service_account_email            = google_service_account.notify.email

    environment_variables = {
      GOOGLE_CLOUD_PROJECT        = var.project
      JOBWARDEN_POLICY            = "gs://${google_storage_bucket.policy.name}/policy.yaml"
      JOBWARDEN_STATE             = "gs://${google_storage_bucket.state.name}"
      JOBWARDEN_DEAD_LETTER_TOPIC = google_pubsub_topic.dead_letters.id
      JOBWARDEN_CALLER            = google_service_account.push.email
      JOBWARDEN_AUDIENCE          = local.notify_url
      NODE_OPTIONS                = local.heap_options
    }

    dynamic "secret_environment_variables" {
      for_each = local.notify_secrets

      content {
        key        = secret_environment_variables.key
        project_id = var.project
        secret     = secret_environment_variables.value
        version    = "latest"
      }
    }
  }

  depends_on = [google_project_service.api, google_project_iam_member.build, google_secret_manager_secret_iam_member.notify]
}
