ALTER TABLE `branches` ADD `pr_base` text;--> statement-breakpoint
ALTER TABLE `branches` ADD `pr_head` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `web_url` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `pr_synced_at` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `pr_error_code` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `pr_error` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `pr_error_at` text;