ALTER TABLE `branches` ADD `kept` integer;--> statement-breakpoint
ALTER TABLE `branches` ADD `kept_reason` text;--> statement-breakpoint
ALTER TABLE `branches` ADD `renamed_from` text;--> statement-breakpoint
ALTER TABLE `forecasts` ADD `base` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `base` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `previous_trunk` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `head` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `head_moved` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `branches` ADD `base_named` integer DEFAULT false NOT NULL;--> statement-breakpoint
-- Where the trunk was set to another branch and what stood on the old one was left behind.
UPDATE `repos` SET `previous_trunk` = (
  SELECT `parent` FROM `branches` `b` WHERE `b`.`repo_id` = `repos`.`id` AND `b`.`tracked` AND `b`.`parent` <> `repos`.`trunk`
    AND NOT EXISTS (SELECT 1 FROM `branches` `p` WHERE `p`.`repo_id` = `b`.`repo_id` AND `p`.`name` = `b`.`parent`) LIMIT 1);
