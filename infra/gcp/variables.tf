variable "project" {
  description = "The project in which Jobwarden itself runs."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project is the id of a project, such as data-platform-prod: not its number and not its name."
  }
}

variable "region" {
  description = "The region of the functions, the schedule and the buckets."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is a region such as europe-west1, not a zone and not a multi-region."
  }
}

variable "name" {
  description = "What the names of all resources begin with. Two deployments in one project need two names."
  type        = string
  default     = "jobwarden"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}[a-z0-9]$", var.name))
    error_message = "name has 3 to 16 characters: lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "mode" {
  description = "The ceiling of the deployment. In observe mode the service account cannot cancel: its role lacks the permission."
  type        = string
  default     = "observe"

  validation {
    condition     = contains(["observe", "enforce"], var.mode)
    error_message = "mode is observe or enforce."
  }
}

variable "watched_projects" {
  description = "Projects whose jobs are watched. Empty where a folder or the organisation is watched."
  type        = set(string)
  default     = []
}

variable "watched_folders" {
  description = "Numbers of folders whose projects' jobs are watched."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for folder in var.watched_folders : can(regex("^[0-9]+$", folder))])
    error_message = "watched_folders are numbers, such as 123456789012, without folders/ before them."
  }
}

variable "watched_organization" {
  description = "The number of the organisation whose projects' jobs are watched; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.watched_organization == null || can(regex("^[0-9]+$", coalesce(var.watched_organization, "0")))
    error_message = "watched_organization is a number, such as 123456789012, without organizations/ before it."
  }
}

variable "role_organization" {
  description = "The number of the organisation in which the custom roles for watching are kept; null keeps them in each watched project. Folders and organisations need it."
  type        = string
  default     = null

  validation {
    condition     = var.role_organization == null || can(regex("^[0-9]+$", coalesce(var.role_organization, "0")))
    error_message = "role_organization is a number, such as 123456789012, without organizations/ before it."
  }
}

variable "shards" {
  description = "Into how many parts the targets are split where there are more than one sweep can hold (about 3,500); 1 for one instance that sweeps alone."
  type        = number
  default     = 1

  validation {
    condition     = var.shards >= 1 && var.shards <= 64 && floor(var.shards) == var.shards
    error_message = "shards is a whole number from 1 to 64."
  }
}

variable "shard_identities" {
  description = "How many service accounts the shards call BigQuery as: its quota of 100 requests a second and method is counted for each. 0 for that of watch alone."
  type        = number
  default     = 0

  validation {
    condition     = var.shard_identities >= 0 && var.shard_identities <= 64 && floor(var.shard_identities) == var.shard_identities
    error_message = "shard_identities is a whole number from 0 to 64; more than there are shards are never used."
  }
}

variable "build" {
  description = "The folder that npm run build has filled: it holds watch.zip and notify.zip. Null for build/ of this repository."
  type        = string
  default     = null
}

variable "policy_file" {
  description = "A policy to begin with; null leaves the bucket to jobwarden push. Later edits in the bucket are not undone."
  type        = string
  default     = null
}

variable "slack_bot_token_secret" {
  description = "The id of the secret in Secret Manager that holds the Slack bot token. It has to have a version before the functions start."
  type        = string
  default     = "jobwarden-slack-bot-token"
}

variable "notify_secrets" {
  description = "Further secrets of notify by the environment variable that the policy's channels name, e.g. { SMTP_URL = \"jobwarden-smtp-url\" }."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.notify_secrets) : can(regex("^[A-Z][A-Z0-9_]*$", key))])
    error_message = "notify_secrets are named by environment variables, such as SMTP_URL."
  }
}

variable "heartbeat_url_secret" {
  description = "The id of a secret that holds the URL of an external dead-man's switch, called at the end of each sweep; null for none. Monitoring inside one cloud cannot report its own absence."
  type        = string
  default     = null
}

variable "audit_days" {
  description = "How long audit events are kept in the table, in days."
  type        = number
  default     = 400

  validation {
    condition     = var.audit_days >= 30
    error_message = "audit_days is at least 30: the report looks back that far."
  }
}

variable "notification_channels" {
  description = "Monitoring notification channels that the alerts go to, as projects/PROJECT/notificationChannels/ID."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for channel in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", channel))])
    error_message = "notification_channels look like projects/PROJECT/notificationChannels/1234567890."
  }
}

variable "runbook_url" {
  description = "Where the runbooks are; each alert links to its own."
  type        = string
  default     = "https://github.com/jobwarden/jobwarden/blob/main/infra/gcp/RUNBOOKS.md"
}

variable "labels" {
  description = "Labels of all resources that can have some."
  type        = map(string)
  default     = {}
}
