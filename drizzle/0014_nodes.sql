CREATE TABLE `nodes` (
	`machine` text PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`version` text NOT NULL,
	`executor` text NOT NULL,
	`takes_jobs` integer NOT NULL,
	`started_at` text NOT NULL,
	`seen_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL
);
