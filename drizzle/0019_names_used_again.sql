ALTER TABLE `branch_tips` ADD `anew` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `job_moves` ADD `base_named_after` integer;