ALTER TABLE `jobs` ADD `away_since` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `away_over` integer DEFAULT false NOT NULL;