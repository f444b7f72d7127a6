# Metrics counted from log lines, so that nothing has to be sent by a function that is asleep between two minutes.
# test/infra/metrics.test.ts reads the filters from here and holds them against the lines of real runs.

locals {
  from_watch  = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-watch\""
  from_sweeps = "resource.type=\"cloud_run_revision\" AND (resource.labels.service_name=\"${var.name}-watch\" OR resource.labels.service_name=\"${var.name}-watch-shard\")"
  from_notify = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-notify\""

  log_metrics = {
    sweeps = {
      description = "Sweeps that came to their end, whatever they found."
      filter      = "${local.from_watch} AND jsonPayload.event=\"sweep.completed\""
    }
    sweeps_failed = {
      description = "Sweeps that could judge nothing."
      filter      = "${local.from_sweeps} AND jsonPayload.event=\"sweep.completed\" AND jsonPayload.status=\"failed\""
    }
    breaker_open = {
      description = "Sweeps in which the breaker held every cancel back."
      filter      = "${local.from_watch} AND jsonPayload.event=\"sweep.completed\" AND jsonPayload.breaker.open=true"
    }
    policy_rejected = {
      description = "Sweeps that could not use the newest policy."
      filter      = "${local.from_watch} AND jsonPayload.event=\"sweep.completed\" AND jsonPayload.policy.standing!=\"current\""
    }
    outbox_waiting = {
      description = "Sweeps that ended with events that Pub/Sub had not accepted."
      filter      = "${local.from_sweeps} AND jsonPayload.event=\"sweep.completed\" AND jsonPayload.events.waiting>0"
    }
    cancels_unconfirmed = {
      description = "Cancels that were accepted and whose job was still running when the sweep ended."
      filter      = "${local.from_sweeps} AND jsonPayload.event=\"decision\" AND jsonPayload.did=\"unconfirmed\""
    }
    cancels_failed = {
      description = "Cancels that were refused or went wrong."
      filter      = "${local.from_sweeps} AND jsonPayload.event=\"decision\" AND (jsonPayload.did=\"forbidden\" OR jsonPayload.did=\"error\")"
    }
    cancels = {
      description = "Cancels that were confirmed."
      filter      = "${local.from_sweeps} AND jsonPayload.event=\"decision\" AND jsonPayload.did=\"cancelled\""
    }
    notices_undeliverable = {
      description = "Notices that could reach nobody."
      filter      = "${local.from_notify} AND jsonPayload.event=\"notice.undeliverable\""
    }
  }
}

resource "google_logging_metric" "this" {
  for_each = local.log_metrics

  project     = var.project
  name        = "${var.name}/${each.key}"
  description = each.value.description
  filter      = each.value.filter

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.api]
}
