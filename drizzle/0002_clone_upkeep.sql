CREATE TABLE `clone_upkeep` (
	`repo_id` text NOT NULL,
	`machine` text NOT NULL,
	`process` text NOT NULL,
	`process_group` text,
	PRIMARY KEY(`repo_id`, `machine`),
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
