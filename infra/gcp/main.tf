data "google_project" "this" {
  project_id = var.project
}

locals {
  labels = merge(var.labels, { app = "jobwarden", deployment = var.name })
  build  = coalesce(var.build, "${path.module}/../../build")

  # In a container of 256 MiB Node would allow itself a heap of as much: it has to collect before there is none left.
  heap_options = "--max-old-space-size=128 --max-semi-space-size=2"

  # Google's own agent: it moves dead letters, writes the audit table and signs the tokens of push requests.
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"

  apis = toset([
    "bigquery.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ])
}

resource "google_project_service" "api" {
  for_each = local.apis

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}
