ALTER TABLE `forecasts` ADD `branches` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `branches` text;--> statement-breakpoint
UPDATE `tasks` SET `branch_status` = 'waiting' WHERE `branch_status` = 'error' AND EXISTS (
	SELECT 1 FROM `jobs` WHERE `jobs`.`id` = `tasks`.`job_id` AND `jobs`.`kind` = 'register_existing_branch' AND `jobs`.`error_code` = 'BRANCH_NOT_FOUND'
);
