locals {
  # Each fires as soon as its metric counts anything for so long, and links to its own part of the runbooks.
  log_alerts = {
    sweeps_failed         = { title = "sweeps fail", severity = "ERROR", minutes = 5 }
    breaker_open          = { title = "the breaker is open", severity = "ERROR", minutes = 1 }
    policy_rejected       = { title = "the newest policy was rejected", severity = "ERROR", minutes = 1 }
    outbox_waiting        = { title = "events wait for Pub/Sub", severity = "WARNING", minutes = 10 }
    cancels_unconfirmed   = { title = "a cancel is not confirmed", severity = "WARNING", minutes = 5 }
    cancels_failed        = { title = "cancels fail", severity = "ERROR", minutes = 1 }
    notices_undeliverable = { title = "a notice could reach nobody", severity = "WARNING", minutes = 1 }
  }
}

resource "google_monitoring_alert_policy" "log" {
  for_each = local.log_alerts

  project               = var.project
  display_name          = "Jobwarden ${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = var.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.this[each.key].name}\" AND resource.type=\"cloud_run_revision\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "${(each.value.minutes - 1) * 60}s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "${local.log_metrics[each.key].description} What to do: ${var.runbook_url}#${replace(each.key, "_", "-")}"
  }
}

# Absence is only noticed after the first sweep (Cloud Monitoring, metric-absence conditions): `jobwarden doctor` after
# the first deployment, and the external dead-man's switch, are the other legs.
resource "google_monitoring_alert_policy" "heartbeat" {
  project               = var.project
  display_name          = "Jobwarden ${var.name}: no sweep for ten minutes"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = var.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "no sweep for ten minutes"

    condition_absent {
      filter   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.this["sweeps"].name}\" AND resource.type=\"cloud_run_revision\""
      duration = "600s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "Nobody is watching. What to do: ${var.runbook_url}#no-sweep"
  }
}

resource "google_monitoring_alert_policy" "dead_letters" {
  project               = var.project
  display_name          = "Jobwarden ${var.name}: dead letters"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = var.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "letters wait on the dead-letter subscription"

    condition_threshold {
      filter          = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "People were not told. What to do: ${var.runbook_url}#dead-letters"
  }
}

resource "google_monitoring_alert_policy" "oldest_message" {
  project               = var.project
  display_name          = "Jobwarden ${var.name}: messages are not taken"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = var.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "the oldest message has waited for ten minutes"

    condition_threshold {
      filter          = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\" AND (resource.labels.subscription_id=\"${google_pubsub_subscription.notify.name}\" OR resource.labels.subscription_id=\"${google_pubsub_subscription.audit.name}\")"
      comparison      = "COMPARISON_GT"
      threshold_value = 600
      duration        = "0s"

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "Notices or audit events pile up. What to do: ${var.runbook_url}#oldest-message"
  }
}
