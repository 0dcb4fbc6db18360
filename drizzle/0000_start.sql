CREATE TABLE `branch_tips` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text NOT NULL,
	`branch` text NOT NULL,
	`tip` text NOT NULL,
	`seen_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `branch_tips_branch` ON `branch_tips` (`repo_id`,`branch`,`id`);--> statement-breakpoint
CREATE TABLE `branches` (
	`repo_id` text NOT NULL,
	`name` text NOT NULL,
	`tip` text NOT NULL,
	`parent` text,
	`base` text,
	`tracked` integer DEFAULT false NOT NULL,
	`suggested_parent` text,
	`needs_restack` integer DEFAULT false NOT NULL,
	`ahead` integer DEFAULT 0 NOT NULL,
	`behind` integer DEFAULT 0 NOT NULL,
	`additions` integer DEFAULT 0 NOT NULL,
	`deletions` integer DEFAULT 0 NOT NULL,
	`forecast` text,
	`merged` integer DEFAULT false NOT NULL,
	`gone` integer DEFAULT false NOT NULL,
	`subject` text DEFAULT '' NOT NULL,
	`author` text DEFAULT '' NOT NULL,
	`committed_at` text,
	`pr_number` integer,
	`pr_state` text,
	`pr_url` text,
	`ci` text,
	`review` text,
	`first_seen_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`last_seen_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	PRIMARY KEY(`repo_id`, `name`),
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text,
	`type` text NOT NULL,
	`op` text NOT NULL,
	`row` text NOT NULL,
	`at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_repo` ON `events` (`repo_id`,`seq`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`key` text PRIMARY KEY NOT NULL,
	`job_id` text NOT NULL,
	`input` text NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `job_logs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` text NOT NULL,
	`at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`level` text DEFAULT 'info' NOT NULL,
	`line` text NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `job_logs_job` ON `job_logs` (`job_id`,`id`);--> statement-breakpoint
CREATE TABLE `job_moves` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` text NOT NULL,
	`branch` text NOT NULL,
	`before` text,
	`after` text,
	`parent_before` text,
	`parent_after` text,
	`base_before` text,
	`base_after` text,
	`rewritten` text NOT NULL,
	`state` text DEFAULT 'planned' NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `job_moves_job` ON `job_moves` (`job_id`,`id`);--> statement-breakpoint
CREATE TABLE `job_steps` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`step` text NOT NULL,
	`phase` text,
	`status` text NOT NULL,
	`message` text DEFAULT '' NOT NULL,
	`started_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`finished_at` text,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `job_steps_job` ON `job_steps` (`job_id`,`id`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`repo_id` text NOT NULL,
	`kind` text NOT NULL,
	`branch` text,
	`parent` text,
	`suggested` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'queued' NOT NULL,
	`message` text DEFAULT '' NOT NULL,
	`error_code` text,
	`error_hint` text,
	`result` text,
	`requested_by` text NOT NULL,
	`retry_of` text,
	`undo_of` text,
	`executor` text,
	`engine` text,
	`attempt` integer DEFAULT 0 NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`started_at` text,
	`finished_at` text,
	`next_attempt_at` text,
	`cancel_requested_at` text,
	`committing_at` text,
	`dispatch` integer DEFAULT 0 NOT NULL,
	`dispatched_at` text,
	`claimed` integer DEFAULT 0 NOT NULL,
	`fence` integer DEFAULT 0 NOT NULL,
	`lease_until` text,
	`lease_held` integer DEFAULT false NOT NULL,
	`lease_machine` text,
	`lease_process` text,
	`lease_group` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_id_unique` ON `jobs` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_one_running` ON `jobs` (`repo_id`) WHERE status = 'running';--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_one_queued_sync` ON `jobs` (`repo_id`) WHERE status = 'queued' and kind = 'sync_repo';--> statement-breakpoint
CREATE INDEX `jobs_repo` ON `jobs` (`repo_id`,`seq`);--> statement-breakpoint
CREATE INDEX `jobs_status` ON `jobs` (`status`,`seq`);--> statement-breakpoint
CREATE TABLE `meta` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `repos` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`trunk` text,
	`trunk_tip` text,
	`engine` text DEFAULT 'auto' NOT NULL,
	`allow_non_atomic_push` integer DEFAULT false NOT NULL,
	`auto_sync_minutes` integer,
	`auto_restack` integer DEFAULT false NOT NULL,
	`synced_at` text,
	`sync_error_at` text,
	`sync_error` text,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `repos_url` ON `repos` (`url`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`repo_id` text NOT NULL,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`branch` text NOT NULL,
	`job_id` text,
	`branch_status` text NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`archived_at` text,
	`archived_reason` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tasks_one_active` ON `tasks` (`repo_id`,`branch`) WHERE archived_at is null;--> statement-breakpoint
CREATE INDEX `tasks_repo` ON `tasks` (`repo_id`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_job` ON `tasks` (`job_id`);