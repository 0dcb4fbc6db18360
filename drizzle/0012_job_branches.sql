CREATE TABLE `job_branches` (
	`branch` text NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`branch`, `seq`),
	FOREIGN KEY (`seq`) REFERENCES `jobs`(`seq`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `job_branches_job` ON `job_branches` (`seq`);--> statement-breakpoint
CREATE INDEX `job_moves_branch` ON `job_moves` (`branch`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `job_moves_planned` ON `job_moves` (`job_id`) WHERE state = 'planned';--> statement-breakpoint
CREATE INDEX `jobs_queue` ON `jobs` (`repo_id`,`seq`) WHERE status = 'queued';--> statement-breakpoint
CREATE INDEX `jobs_repo_status` ON `jobs` (`repo_id`,`status`,`seq`);--> statement-breakpoint
CREATE INDEX `jobs_kind` ON `jobs` (`kind`,`seq`);--> statement-breakpoint
CREATE INDEX `jobs_requested_by` ON `jobs` (`requested_by`,`seq`);--> statement-breakpoint
CREATE INDEX `jobs_started` ON `jobs` (`repo_id`,`started_at`);--> statement-breakpoint
INSERT OR IGNORE INTO `job_branches` (`branch`, `seq`)
SELECT `branch`, `seq` FROM `jobs` WHERE `branch` IS NOT NULL;--> statement-breakpoint
INSERT OR IGNORE INTO `job_branches` (`branch`, `seq`)
SELECT m.`branch`, j.`seq` FROM `job_moves` m JOIN `jobs` j ON j.`id` = m.`job_id` WHERE m.`state` = 'pushed';--> statement-breakpoint
INSERT OR IGNORE INTO `job_branches` (`branch`, `seq`)
SELECT said.value ->> 'branch', j.`seq` FROM `jobs` j, json_each(json_array('merged', 'registered', 'heldBack')) list, json_each(j.`result`, '$.' || list.value) said
WHERE j.`result` IS NOT NULL AND said.value ->> 'branch' IS NOT NULL;--> statement-breakpoint
INSERT OR IGNORE INTO `job_branches` (`branch`, `seq`)
SELECT said.value, j.`seq` FROM `jobs` j, json_each(j.`result`, '$.gone') said WHERE j.`result` IS NOT NULL AND said.value IS NOT NULL;
