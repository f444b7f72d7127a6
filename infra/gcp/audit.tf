# Every event, for good: Pub/Sub writes them into a table by itself, and neither function may touch it.
resource "google_bigquery_dataset" "audit" {
  project     = var.project
  dataset_id  = "${replace(var.name, "-", "_")}_audit"
  location    = var.region
  description = "What Jobwarden saw, did and told."
  labels      = local.labels

  depends_on = [google_project_service.api]
}

resource "google_bigquery_table" "events" {
  project             = var.project
  dataset_id          = google_bigquery_dataset.audit.dataset_id
  table_id            = "events"
  description         = "Messages as Pub/Sub delivered them, some of them twice: look at the view all_events."
  deletion_protection = true
  labels              = local.labels

  time_partitioning {
    type          = "DAY"
    field         = "publish_time"
    expiration_ms = var.audit_days * 24 * 60 * 60 * 1000
  }

  # The columns of a BigQuery subscription without a schema, with metadata (Pub/Sub documentation, BigQuery subscriptions).
  schema = jsonencode([
    { name = "subscription_name", type = "STRING", mode = "NULLABLE" },
    { name = "message_id", type = "STRING", mode = "NULLABLE" },
    { name = "publish_time", type = "TIMESTAMP", mode = "NULLABLE" },
    { name = "data", type = "JSON", mode = "NULLABLE" },
    { name = "attributes", type = "JSON", mode = "NULLABLE" },
  ])
}

# Delivery is at least once, and an event's source and id say which it is: the first of each counts.
resource "google_bigquery_table" "all_events" {
  project             = var.project
  dataset_id          = google_bigquery_dataset.audit.dataset_id
  table_id            = "all_events"
  description         = "Each event once."
  deletion_protection = false
  labels              = local.labels

  view {
    use_legacy_sql = false
    query          = <<-SQL
      SELECT
        JSON_VALUE(data, '$.id') AS id,
        JSON_VALUE(data, '$.type') AS type,
        TIMESTAMP(JSON_VALUE(data, '$.time')) AS time,
        JSON_VALUE(data, '$.subject') AS subject,
        JSON_VALUE(data, '$.severity') AS severity,
        JSON_VALUE(data, '$.correlationid') AS sweep,
        JSON_VALUE(data, '$.case') AS job_case,
        SAFE_CAST(JSON_VALUE(data, '$.sequence') AS INT64) AS sequence,
        JSON_QUERY(data, '$.data') AS data,
        publish_time
      FROM `${var.project}.${google_bigquery_dataset.audit.dataset_id}.${google_bigquery_table.events.table_id}`
      WHERE publish_time IS NOT NULL
      QUALIFY ROW_NUMBER() OVER (
        PARTITION BY JSON_VALUE(data, '$.source'), JSON_VALUE(data, '$.id')
        ORDER BY publish_time
      ) = 1
    SQL
  }
}

resource "google_bigquery_dataset_iam_member" "audit" {
  for_each = toset(["roles/bigquery.dataEditor", "roles/bigquery.metadataViewer"])

  project    = var.project
  dataset_id = google_bigquery_dataset.audit.dataset_id
  role       = each.value
  member     = local.pubsub_agent
}

resource "google_pubsub_subscription" "audit" {
  project                    = var.project
  name                       = "${var.name}-audit"
  topic                      = google_pubsub_topic.events.id
  labels                     = local.labels
  message_retention_duration = "604800s"

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  bigquery_config {
    table          = "${var.project}.${google_bigquery_dataset.audit.dataset_id}.${google_bigquery_table.events.table_id}"
    write_metadata = true
  }

  depends_on = [google_bigquery_dataset_iam_member.audit]
}
