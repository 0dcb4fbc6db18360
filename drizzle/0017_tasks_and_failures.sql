ALTER TABLE `jobs` ADD `task_id` text;--> statement-breakpoint
ALTER TABLE `repos` ADD `failures` text;--> statement-breakpoint
UPDATE `jobs` SET `task_id` = (SELECT `id` FROM `tasks` WHERE `tasks`.`job_id` = `jobs`.`id`) WHERE `id` IN (SELECT `job_id` FROM `tasks`);--> statement-breakpoint
UPDATE `repos` SET `failures` = (
  SELECT json_array(json_object('id', `id`, 'seq', `seq`, 'kind', `kind`, 'branch', coalesce(`branch`, `branches` ->> 0), 'message', substr(`message`, 1, 300)))
  FROM `jobs` WHERE `jobs`.`repo_id` = `repos`.`id` AND `jobs`.`status` = 'error' ORDER BY `seq` DESC LIMIT 1
) WHERE `sync_error_at` IS NOT NULL;
