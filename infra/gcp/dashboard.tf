locals {
  charts = [
    { title = "Sweeps", metrics = ["sweeps", "sweeps_failed"] },
    { title = "Cancels: confirmed, unconfirmed, failed", metrics = ["cancels", "cancels_unconfirmed", "cancels_failed"] },
    { title = "Held back: breaker open, policy rejected", metrics = ["breaker_open", "policy_rejected"] },
    { title = "Not told: events waiting, notices undeliverable", metrics = ["outbox_waiting", "notices_undeliverable"] },
  ]
}

resource "google_monitoring_dashboard" "this" {
  project = var.project

  dashboard_json = jsonencode({
    displayName = "Jobwarden ${var.name}"
    labels      = { app = "jobwarden" }
    mosaicLayout = {
      columns = 48
      tiles = [for index, chart in local.charts : {
        xPos   = index % 2 * 24
        yPos   = floor(index / 2) * 16
        width  = 24
        height = 16
        widget = {
          title = chart.title
          xyChart = {
            dataSets = [for metric in chart.metrics : {
              plotType           = "STACKED_BAR"
              legendTemplate     = metric
              minAlignmentPeriod = "60s"
              timeSeriesQuery = {
                timeSeriesFilter = {
                  filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.this[metric].name}\" resource.type=\"cloud_run_revision\""
                  aggregation = {
                    alignmentPeriod    = "60s"
                    perSeriesAligner   = "ALIGN_SUM"
                    crossSeriesReducer = "REDUCE_SUM"
                  }
                }
              }
            }]
          }
        }
      }]
    }
  })
}
