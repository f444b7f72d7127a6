# The policy: versioned, so that the last good one can be found again, and read-only for the functions. It also holds
# the object STOP, which `jobwarden stop` writes.
resource "google_storage_bucket" "policy" {
  project                     = var.project
  name                        = "${var.project}-${var.name}-policy"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  labels                      = local.labels

  versioning {
    enabled = true
  }

  lifecycle_rule {
    condition {
      num_newer_versions = 100
      with_state         = "ARCHIVED"
    }
    action {
      type = "Delete"
    }
  }
}

resource "google_storage_bucket_object" "policy" {
  count = var.policy_file == null ? 0 : 1

  bucket       = google_storage_bucket.policy.name
  name         = "policy.yaml"
  source       = var.policy_file
  content_type = "application/yaml"

  lifecycle {
    ignore_changes = all
  }
}

# The ledger, claims and receipts: not versioned, each write counts on the generation before it.
resource "google_storage_bucket" "state" {
  project                     = var.project
  name                        = "${var.project}-${var.name}-state"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  labels                      = local.labels

  versioning {
    enabled = false
  }

  # The functions remove what is older than 14 days themselves; this is the second line.
  lifecycle_rule {
    condition {
      age            = 30
      matches_prefix = ["claims/", "receipts/"]
    }
    action {
      type = "Delete"
    }
  }
}

resource "google_storage_bucket" "build" {
  project                     = var.project
  name                        = "${var.project}-${var.name}-build"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  labels                      = local.labels
}

resource "google_storage_bucket_object" "bundle" {
  for_each = toset(["watch", "notify"])

  bucket       = google_storage_bucket.build.name
  name         = "${each.value}-${filesha256("${local.build}/${each.value}.zip")}.zip"
  source       = "${local.build}/${each.value}.zip"
  content_type = "application/zip"
}
