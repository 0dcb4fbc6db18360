CREATE TABLE `forecasts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text NOT NULL,
	`kind` text NOT NULL,
	`branch` text,
	`parent` text,
	`suggested` integer DEFAULT false NOT NULL,
	`action` text NOT NULL,
	`tips_key` text NOT NULL,
	`stale` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`outline` text,
	`message` text DEFAULT '' NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`asked_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`computed_at` text,
	`claim` integer DEFAULT 0 NOT NULL,
	`claimed_until` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `forecasts_action` ON `forecasts` (`repo_id`,`action`,`tips_key`);--> statement-breakpoint
CREATE INDEX `forecasts_stale` ON `forecasts` (`repo_id`,`stale`);--> statement-breakpoint
CREATE INDEX `forecasts_status` ON `forecasts` (`status`);--> statement-breakpoint
ALTER TABLE `jobs` ADD `forecast_id` integer;