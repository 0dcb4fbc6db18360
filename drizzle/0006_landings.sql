CREATE TABLE `landings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text NOT NULL,
	`branch` text NOT NULL,
	`base` text NOT NULL,
	`up_to` text NOT NULL,
	`landed_in` text NOT NULL,
	`evidence` text NOT NULL,
	`found_at_commit` text NOT NULL,
	`retargeted` text DEFAULT '[]' NOT NULL,
	`job_id` text,
	`found_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`voided_at` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `landings_branch` ON `landings` (`repo_id`,`branch`);--> statement-breakpoint
ALTER TABLE `jobs` ADD `at_commit` text;
--> statement-breakpoint
INSERT INTO `landings` (`repo_id`, `branch`, `base`, `up_to`, `landed_in`, `evidence`, `found_at_commit`)
SELECT b.`repo_id`, b.`name`, coalesce(b.`base`, b.`tip`), b.`tip`, r.`trunk`, 'seen_earlier', r.`trunk_tip`
FROM `branches` b JOIN `repos` r ON r.`id` = b.`repo_id`
WHERE b.`merged` = 1 AND r.`trunk` IS NOT NULL AND r.`trunk_tip` IS NOT NULL;
