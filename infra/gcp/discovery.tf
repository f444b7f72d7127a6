# Finding projects below a folder or the organisation, where a policy's targets say folder: or organization:. These two
# permissions are from the reference of Resource Manager v3 (projects.list, folders.list); no run in the tests asks for them.

locals {
  finds_projects = length(var.watched_folders) > 0 || var.watched_organization != null
}

resource "google_organization_iam_custom_role" "finder" {
  count = local.finds_projects && var.role_organization != null ? 1 : 0

  org_id      = var.role_organization
  role_id     = "${replace(var.name, "-", "_")}Finder"
  title       = "Jobwarden Finder"
  description = "Sees which projects and folders there are; nothing of what is in them."
  permissions = ["resourcemanager.folders.list", "resourcemanager.projects.list"]
}

resource "google_folder_iam_member" "finder" {
  for_each = var.watched_folders

  folder = each.value
  role   = one(google_organization_iam_custom_role.finder[*].name)
  member = google_service_account.watch.member
}

resource "google_organization_iam_member" "finder" {
  count = var.watched_organization == null ? 0 : 1

  org_id = var.watched_organization
  role   = one(google_organization_iam_custom_role.finder[*].name)
  member = google_service_account.watch.member
}
