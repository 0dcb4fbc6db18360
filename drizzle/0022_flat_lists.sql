CREATE INDEX `branch_tips_repo` ON `branch_tips` (`repo_id`,`id`);--> statement-breakpoint
CREATE INDEX `idempotency_keys_job` ON `idempotency_keys` (`job_id`) WHERE job_id is not null;--> statement-breakpoint
CREATE INDEX `idempotency_keys_task` ON `idempotency_keys` (`task_id`) WHERE task_id is not null;--> statement-breakpoint
CREATE INDEX `jobs_ended` ON `jobs` (`finished_at`,`seq`) WHERE finished_at is not null;--> statement-breakpoint
CREATE INDEX `tasks_active` ON `tasks` (`repo_id`,`id`) WHERE archived_at is null;--> statement-breakpoint
CREATE INDEX `tasks_archived` ON `tasks` (`repo_id`,`archived_at`,`id`) WHERE archived_at is not null;--> statement-breakpoint
CREATE INDEX `tasks_branch` ON `tasks` (`branch`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_open` ON `tasks` (`id`) WHERE archived_at is null;