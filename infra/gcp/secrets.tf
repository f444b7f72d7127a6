# The secrets are made by their owners, so that no value ever comes near the state of Terraform. A function whose
# secret has no version does not start: jobwarden doctor says so.

locals {
  notify_secrets = merge({ SLACK_BOT_TOKEN = var.slack_bot_token_secret }, var.notify_secrets)
}

resource "google_secret_manager_secret_iam_member" "notify" {
  for_each = local.notify_secrets

  project   = var.project
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.notify.member
}

resource "google_secret_manager_secret_iam_member" "heartbeat" {
  count = var.heartbeat_url_secret == null ? 0 : 1

  project   = var.project
  secret_id = var.heartbeat_url_secret
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.watch.member
}
