# One project that watches itself, in observe mode: it can see jobs, and could not cancel one if it tried.
terraform {
  required_version = ">= 1.5"
}

provider "google" {
  project = "analytics-prod"
  region  = "europe-west1"
}

module "jobwarden" {
  source = "../.."

  project          = "analytics-prod"
  region           = "europe-west1"
  watched_projects = ["analytics-prod"]
  policy_file      = "${path.module}/../../../policies/careful-starter.yaml"
}

output "doctor" {
  value = module.jobwarden.doctor
}
