output "policy_address" {
  description = "Where the policy is: jobwarden push policy.yaml to this address."
  value       = "gs://${google_storage_bucket.policy.name}/policy.yaml"
}

output "state_address" {
  description = "Where the ledger, claims and receipts are."
  value       = "gs://${google_storage_bucket.state.name}"
}

output "topic" {
  description = "The topic of audit events and notices."
  value       = google_pubsub_topic.events.id
}

output "dead_letter_subscription" {
  description = "Where undeliverable notices wait: jobwarden replay takes them from here."
  value       = google_pubsub_subscription.dead_letters.id
}

output "audit_view" {
  description = "Each audit event once."
  value       = "${var.project}.${google_bigquery_dataset.audit.dataset_id}.${google_bigquery_table.all_events.table_id}"
}

output "watch_service_account" {
  description = "Who lists and cancels jobs."
  value       = google_service_account.watch.email
}

output "shard_service_accounts" {
  description = "As whom the shards call BigQuery; empty where there are none of their own."
  value       = [for account in google_service_account.shard : account.email]
}

output "notify_service_account" {
  description = "Who tells people."
  value       = google_service_account.notify.email
}

output "doctor" {
  description = "What to run after the first deployment."
  value       = "npx jobwarden doctor --policy gs://${google_storage_bucket.policy.name}/policy.yaml --state gs://${google_storage_bucket.state.name} --topic ${google_pubsub_topic.events.id}"
}
