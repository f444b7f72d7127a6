# One identity for each thing that acts, so that what one of them may do stays small.

resource "google_service_account" "watch" {
  project      = var.project
  account_id   = "${var.name}-watch"
  display_name = "Jobwarden watch: lists jobs, and cancels them where mode is enforce"
}

resource "google_service_account" "notify" {
  project      = var.project
  account_id   = "${var.name}-notify"
  display_name = "Jobwarden notify: tells people; cannot see jobs"
}

resource "google_service_account" "scheduler" {
  project      = var.project
  account_id   = "${var.name}-scheduler"
  display_name = "Jobwarden scheduler: may call watch"
}

resource "google_service_account" "push" {
  project      = var.project
  account_id   = "${var.name}-push"
  display_name = "Jobwarden push: may call notify"
}

resource "google_service_account" "build" {
  project      = var.project
  account_id   = "${var.name}-build"
  display_name = "Jobwarden build: builds the two functions"
}

# What a build of a function asks for, and nothing of what the default account of Compute Engine could.
resource "google_project_iam_member" "build" {
  for_each = toset(["roles/logging.logWriter", "roles/artifactregistry.writer", "roles/storage.objectViewer"])

  project = var.project
  role    = each.value
  member  = google_service_account.build.member
}

resource "google_cloud_run_v2_service_iam_member" "scheduler" {
  project  = var.project
  location = var.region
  name     = google_cloudfunctions2_function.watch.name
  role     = "roles/run.invoker"
  member   = google_service_account.scheduler.member
}

resource "google_cloud_run_v2_service_iam_member" "push" {
  project  = var.project
  location = var.region
  name     = google_cloudfunctions2_function.notify.name
  role     = "roles/run.invoker"
  member   = google_service_account.push.member
}
