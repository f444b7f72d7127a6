# A whole organisation, enforcing, with mail beside Slack, alerts, and a second leg outside of Google Cloud.
terraform {
  required_version = ">= 1.5"
}

provider "google" {
  project = "data-platform-prod"
  region  = "europe-west1"
}

module "jobwarden" {
  source = "../.."

  project = "data-platform-prod"
  region  = "europe-west1"
  mode    = "enforce"

  watched_organization = "123456789012"
  role_organization    = "123456789012"

  slack_bot_token_secret = "jobwarden-slack-bot-token"
  notify_secrets         = { SMTP_URL = "jobwarden-smtp-url" }
  heartbeat_url_secret   = "jobwarden-heartbeat-url"

  notification_channels = ["projects/data-platform-prod/notificationChannels/1234567890"]
  labels                = { team = "data-platform" }
}

output "policy_address" {
  value = module.jobwarden.policy_address
}

output "audit_view" {
  value = module.jobwarden.audit_view
}
