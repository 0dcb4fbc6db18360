ALTER TABLE `jobs` ADD `task_id` text;--> statement-breakpoint
UPDATE `jobs` SET `task_id` = (SELECT `id` FROM `tasks` WHERE `tasks`.`job_id` = `jobs`.`id`) WHERE `id` IN (SELECT `job_id` FROM `tasks`);
