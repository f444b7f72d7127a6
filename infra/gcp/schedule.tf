# Every minute. No retries: the next minute is the retry, and a late second sweep would only be in its way. The attempt
# ends with the function, so that two are never outstanding for long.
resource "google_cloud_scheduler_job" "sweep" {
  project          = var.project
  region           = var.region
  name             = "${var.name}-sweep"
  description      = "Asks watch for a sweep."
  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "60s"

  retry_config {
    retry_count = 0
  }

  http_target {
    http_method = "POST"
    uri         = google_cloudfunctions2_function.watch.url

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = local.watch_url
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.scheduler]
}
