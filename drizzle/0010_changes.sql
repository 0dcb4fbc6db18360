CREATE TABLE `changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text NOT NULL,
	`ask` text NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`content` text,
	`size` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`message` text DEFAULT '' NOT NULL,
	`asked_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`computed_at` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `changes_ask` ON `changes` (`repo_id`,`ask`);--> statement-breakpoint
CREATE INDEX `changes_status` ON `changes` (`status`);