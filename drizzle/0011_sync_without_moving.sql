DROP INDEX `jobs_one_queued_sync`;--> statement-breakpoint
ALTER TABLE `jobs` ADD `move` integer DEFAULT true NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_one_queued_sync` ON `jobs` (`repo_id`,`move`) WHERE status = 'queued' and kind = 'sync_repo';--> statement-breakpoint
ALTER TABLE `repos` ADD `auto_sync_moves` integer DEFAULT true NOT NULL;