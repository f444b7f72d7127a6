# One topic for everything that happens; notices are told apart by an attribute.
resource "google_pubsub_topic" "events" {
  project                    = var.project
  name                       = "${var.name}-events"
  labels                     = local.labels
  message_retention_duration = "604800s"

  depends_on = [google_project_service.api]
}

# An explicit push subscription: a function's own trigger drops what fails, and cannot keep dead letters.
resource "google_pubsub_subscription" "notify" {
  project                    = var.project
  name                       = "${var.name}-notify"
  topic                      = google_pubsub_topic.events.id
  labels                     = local.labels
  filter                     = "attributes.kind = \"notice\""
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"

  # Left alone for 31 days a subscription would delete itself, and a watchdog may have nothing to say for that long.
  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  # With this backoff 50 attempts span about seven hours of outage.
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 50
  }

  push_config {
    push_endpoint = google_cloudfunctions2_function.notify.url

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = local.notify_url
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.push, google_pubsub_topic_iam_member.dead_letters]
}

# Notices that can reach nobody (from notify itself, with the reason) and those that failed too often (from Pub/Sub).
resource "google_pubsub_topic" "dead_letters" {
  project = var.project
  name    = "${var.name}-dead-letters"
  labels  = local.labels

  depends_on = [google_project_service.api]
}

# Without a subscription a topic keeps nothing. `jobwarden replay` pulls from here.
resource "google_pubsub_subscription" "dead_letters" {
  project                    = var.project
  name                       = "${var.name}-dead-letters"
  topic                      = google_pubsub_topic.dead_letters.id
  labels                     = local.labels
  ack_deadline_seconds       = 60
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}

# Dead-lettering fails without a word when either grant is missing: Pub/Sub's agent publishes the letter, and then
# acknowledges the original.
resource "google_pubsub_topic_iam_member" "dead_letters" {
  project = var.project
  topic   = google_pubsub_topic.dead_letters.name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "dead_letters" {
  project      = var.project
  subscription = google_pubsub_subscription.notify.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

# The agent signs the tokens of push requests in the name of this account.
resource "google_service_account_iam_member" "push_token" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}
