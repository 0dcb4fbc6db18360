PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "__drizzle_migrations" (
			id SERIAL PRIMARY KEY,
			hash text NOT NULL,
			created_at numeric
		);
INSERT INTO __drizzle_migrations VALUES(NULL,'9b613018dcb07beb514c53553e94d42ac33f2725b23fec4918bd21283ce90736',1795450513534);
INSERT INTO __drizzle_migrations VALUES(NULL,'3487635d7049b2a627377db34f305a4129971323c9f87290c5df10b9db4b03be',1795454123187);
INSERT INTO __drizzle_migrations VALUES(NULL,'5d335387314f2793fe4246257ad0e29410f73842b05a6b89660541271da42fd2',1795454153454);
INSERT INTO __drizzle_migrations VALUES(NULL,'d521d12b2419182e270ff2ac87c2b1420491a6018483676d2ca163e7bb768ae9',1795454409962);
INSERT INTO __drizzle_migrations VALUES(NULL,'49e44c77a09fc5461e71e12adb361a0b1a689d1c0a76aa707efce5a67676ed77',1795678895460);
INSERT INTO __drizzle_migrations VALUES(NULL,'eacb61782f6c2bcd562ff4d523730b1976ee2607cd7f01628a8410a179f84e1d',1795760103056);
INSERT INTO __drizzle_migrations VALUES(NULL,'6926d131aad1ca7968be57704839317d096052f41aef318c4f4173913dd857ec',1795761348453);
INSERT INTO __drizzle_migrations VALUES(NULL,'1d151e46899fd5b0eccae4d88a243b1a99f0dc0e081c1919bf9108670d19d8b7',1795762593851);
INSERT INTO __drizzle_migrations VALUES(NULL,'2b80b30fbd0178d7604328c29e6731f155c5238dda782de17c87297b7027c11b',1795765654441);
INSERT INTO __drizzle_migrations VALUES(NULL,'e8d41fd8a8c748604b5b400a3387252e047ccb2134b40e2fe8f019760ec4e3a2',1795784560082);
INSERT INTO __drizzle_migrations VALUES(NULL,'0909586f8b7d85a0034f415053fd29a88606f3ebb0486609af65ccf2f8544e2d',1795786152916);
INSERT INTO __drizzle_migrations VALUES(NULL,'29909a478b9f2ffc8d929b56300e6c53b1cfbd961e3c33c9dc2edd35c55e6cf3',1795787634536);
INSERT INTO __drizzle_migrations VALUES(NULL,'8bc21ae9d5fe9664e1f1dbf66961458b9532d48df195b4ad1ea335a8bae33689',1795791709534);
INSERT INTO __drizzle_migrations VALUES(NULL,'33958868462538c065861695d1dce8677bb4f75bd35ff62bf9a0adf8c172d7ea',1795800444197);
INSERT INTO __drizzle_migrations VALUES(NULL,'699806f3d1b1993d1453292634cd57ac4f699c58bc48da5a8465bf796c30a2c9',1795802870978);
INSERT INTO __drizzle_migrations VALUES(NULL,'007b18c433e5c3a7e8467d0f2607951f978c2fd9514f7aaa96e89732d388a63f',1795823774346);
INSERT INTO __drizzle_migrations VALUES(NULL,'1da8a0aaf5e73606f84a0fb3b467607c74284eb0aad7b8df90c86364a2764649',1795826765960);
INSERT INTO __drizzle_migrations VALUES(NULL,'ab48389d3d86dea398094ae2164409f098ccf8562c73db3ee87efe4a717d7519',1795838554789);
CREATE TABLE `branch_tips` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text NOT NULL,
	`branch` text NOT NULL,
	`tip` text NOT NULL,
	`seen_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `branches` (
	`repo_id` text NOT NULL,
	`name` text NOT NULL,
	`tip` text NOT NULL,
	`parent` text,
	`base` text,
	`tracked` integer DEFAULT false NOT NULL,
	`suggested_parent` text,
	`needs_restack` integer DEFAULT false NOT NULL,
	`ahead` integer DEFAULT 0 NOT NULL,
	`behind` integer DEFAULT 0 NOT NULL,
	`additions` integer DEFAULT 0 NOT NULL,
	`deletions` integer DEFAULT 0 NOT NULL,
	`forecast` text,
	`merged` integer DEFAULT false NOT NULL,
	`gone` integer DEFAULT false NOT NULL,
	`subject` text DEFAULT '' NOT NULL,
	`author` text DEFAULT '' NOT NULL,
	`committed_at` text,
	`pr_number` integer,
	`pr_state` text,
	`pr_url` text,
	`ci` text,
	`review` text,
	`first_seen_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`last_seen_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL, `pr_base` text, `pr_head` text, `kept` integer, `kept_reason` text, `renamed_from` text, `base_named` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`repo_id`, `name`),
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
INSERT INTO branches VALUES('r','feature/a','a1','main','m1',1,NULL,0,0,0,0,0,NULL,0,0,'','',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-28T09:24:05.651Z','2026-11-28T09:24:05.651Z',NULL,NULL,NULL,NULL,NULL,0);
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text,
	`type` text NOT NULL,
	`op` text NOT NULL,
	`row` text NOT NULL,
	`at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL
);
INSERT INTO events VALUES(1,'r','repos','upsert','{"id":"r","name":"shop","url":"/srv/shop.git","webUrl":null,"trunk":null,"trunkTip":null,"previousTrunk":null,"head":null,"headMoved":false,"engine":"auto","allowNonAtomicPush":false,"autoSyncMinutes":null,"autoRestack":false,"autoSyncMoves":true,"syncedAt":null,"counts":null,"leftOut":null,"syncErrorAt":null,"syncError":null,"failures":null,"prSyncedAt":null,"prErrorCode":null,"prError":null,"prErrorAt":null,"createdAt":"2026-11-28T09:24:05.612Z"}','2026-11-28T09:24:05.612Z');
INSERT INTO events VALUES(2,'r','branches','upsert','{"repoId":"r","name":"feature/a","tip":"a1","parent":"main","base":"m1","baseNamed":false,"tracked":true,"suggestedParent":null,"kept":null,"keptReason":null,"renamedFrom":null,"needsRestack":false,"ahead":0,"behind":0,"additions":0,"deletions":0,"forecast":null,"merged":false,"gone":false,"subject":"","author":"","committedAt":null,"prNumber":null,"prState":null,"prUrl":null,"prBase":null,"prHead":null,"ci":null,"review":null,"firstSeenAt":"2026-11-28T09:24:05.651Z","lastSeenAt":"2026-11-28T09:24:05.651Z"}','2026-11-28T09:24:05.651Z');
INSERT INTO events VALUES(3,'r','jobs','upsert','{"seq":1,"id":"j","repoId":"r","kind":"sync_repo","branch":null,"branches":null,"parent":null,"base":null,"suggested":false,"atCommit":null,"status":"queued","message":"","errorCode":null,"errorHint":null,"move":true,"result":null,"requestedBy":"test","retryOf":null,"undoOf":null,"taskId":null,"executor":null,"engine":null,"attempt":0,"createdAt":"2026-11-28T09:24:05.658Z","startedAt":null,"finishedAt":null,"nextAttemptAt":null,"cancelRequestedAt":null,"committingAt":null}','2026-11-28T09:24:05.658Z');
INSERT INTO events VALUES(4,'r','jobs','upsert','{"seq":1,"id":"j","repoId":"r","kind":"sync_repo","branch":null,"branches":null,"parent":null,"base":null,"suggested":false,"atCommit":null,"status":"completed","message":"Nothing to do.","errorCode":null,"errorHint":null,"move":true,"result":null,"requestedBy":"test","retryOf":null,"undoOf":null,"taskId":null,"executor":null,"engine":null,"attempt":0,"createdAt":"2026-11-28T09:24:05.658Z","startedAt":null,"finishedAt":null,"nextAttemptAt":null,"cancelRequestedAt":null,"committingAt":null}','2026-11-28T09:24:05.666Z');
CREATE TABLE `job_logs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` text NOT NULL,
	`at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`level` text DEFAULT 'info' NOT NULL,
	`line` text NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `job_moves` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` text NOT NULL,
	`branch` text NOT NULL,
	`before` text,
	`after` text,
	`parent_before` text,
	`parent_after` text,
	`base_before` text,
	`base_after` text,
	`rewritten` text NOT NULL,
	`state` text DEFAULT 'planned' NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `job_steps` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`step` text NOT NULL,
	`phase` text,
	`status` text NOT NULL,
	`message` text DEFAULT '' NOT NULL,
	`started_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`finished_at` text,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `jobs` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`repo_id` text NOT NULL,
	`kind` text NOT NULL,
	`branch` text,
	`parent` text,
	`suggested` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'queued' NOT NULL,
	`message` text DEFAULT '' NOT NULL,
	`error_code` text,
	`error_hint` text,
	`result` text,
	`requested_by` text NOT NULL,
	`retry_of` text,
	`undo_of` text,
	`executor` text,
	`engine` text,
	`attempt` integer DEFAULT 0 NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`started_at` text,
	`finished_at` text,
	`next_attempt_at` text,
	`cancel_requested_at` text,
	`committing_at` text,
	`dispatch` integer DEFAULT 0 NOT NULL,
	`dispatched_at` text,
	`claimed` integer DEFAULT 0 NOT NULL,
	`fence` integer DEFAULT 0 NOT NULL,
	`lease_until` text,
	`lease_held` integer DEFAULT false NOT NULL,
	`lease_machine` text,
	`lease_process` text,
	`lease_group` text, `forecast_id` integer, `at_commit` text, `base` text, `expected` text, `move` integer DEFAULT true NOT NULL, `branches` text, `task_id` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
INSERT INTO jobs VALUES(1,'j','r','sync_repo',NULL,NULL,0,'completed','Nothing to do.',NULL,NULL,NULL,'test',NULL,NULL,NULL,NULL,0,'2026-11-28T09:24:05.658Z',NULL,NULL,NULL,NULL,NULL,0,NULL,0,0,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,NULL,NULL);
CREATE TABLE `meta` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
INSERT INTO meta VALUES('triggers','3');
CREATE TABLE `repos` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`trunk` text,
	`trunk_tip` text,
	`engine` text DEFAULT 'auto' NOT NULL,
	`allow_non_atomic_push` integer DEFAULT false NOT NULL,
	`auto_sync_minutes` integer,
	`auto_restack` integer DEFAULT false NOT NULL,
	`synced_at` text,
	`sync_error_at` text,
	`sync_error` text,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL
, `web_url` text, `pr_synced_at` text, `pr_error_code` text, `pr_error` text, `pr_error_at` text, `counts` text, `previous_trunk` text, `head` text, `head_moved` integer DEFAULT false NOT NULL, `left_out` text, `auto_sync_moves` integer DEFAULT true NOT NULL, `failures` text);
INSERT INTO repos VALUES('r','shop','/srv/shop.git',NULL,NULL,'auto',0,NULL,0,NULL,NULL,NULL,'2026-11-28T09:24:05.612Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,1,NULL);
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`repo_id` text NOT NULL,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`branch` text NOT NULL,
	`job_id` text,
	`branch_status` text NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`archived_at` text,
	`archived_reason` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `forecasts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text NOT NULL,
	`kind` text NOT NULL,
	`branch` text,
	`parent` text,
	`suggested` integer DEFAULT false NOT NULL,
	`action` text NOT NULL,
	`tips_key` text NOT NULL,
	`stale` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`outline` text,
	`message` text DEFAULT '' NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`asked_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`computed_at` text,
	`claim` integer DEFAULT 0 NOT NULL,
	`claimed_until` text, `base` text, `branches` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `clone_upkeep` (
	`repo_id` text NOT NULL,
	`machine` text NOT NULL,
	`process` text NOT NULL,
	`process_group` text,
	PRIMARY KEY(`repo_id`, `machine`),
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`expires_at` text NOT NULL
, `name` text, `role` text, `token_id` text REFERENCES tokens(id) ON DELETE cascade);
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
CREATE TABLE IF NOT EXISTS "idempotency_keys" (
	`key` text PRIMARY KEY NOT NULL,
	`job_id` text,
	`task_id` text,
	`input` text NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade
);
INSERT INTO idempotency_keys VALUES('k','j',NULL,'[]');
CREATE TABLE `changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`repo_id` text NOT NULL,
	`ask` text NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`content` text,
	`size` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`message` text DEFAULT '' NOT NULL,
	`asked_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`computed_at` text,
	FOREIGN KEY (`repo_id`) REFERENCES `repos`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `job_branches` (
	`branch` text NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`branch`, `seq`),
	FOREIGN KEY (`seq`) REFERENCES `jobs`(`seq`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`who` text,
	`via` text,
	`address` text,
	`action` text NOT NULL,
	`about` text DEFAULT '{}' NOT NULL
);
CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`role` text NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL,
	`created_by` text NOT NULL,
	`expires_at` text,
	`last_used_at` text
, `repo_ids` text);
CREATE TABLE `nodes` (
	`machine` text PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`version` text NOT NULL,
	`executor` text NOT NULL,
	`takes_jobs` integer NOT NULL,
	`started_at` text NOT NULL,
	`seen_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')) NOT NULL
);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('landings',0);
INSERT INTO sqlite_sequence VALUES('events',4);
INSERT INTO sqlite_sequence VALUES('jobs',1);
CREATE INDEX `branch_tips_branch` ON `branch_tips` (`repo_id`,`branch`,`id`);
CREATE INDEX `events_repo` ON `events` (`repo_id`,`seq`);
CREATE INDEX `job_logs_job` ON `job_logs` (`job_id`,`id`);
CREATE INDEX `job_moves_job` ON `job_moves` (`job_id`,`id`);
CREATE INDEX `job_steps_job` ON `job_steps` (`job_id`,`id`);
CREATE UNIQUE INDEX `jobs_id_unique` ON `jobs` (`id`);
CREATE UNIQUE INDEX `jobs_one_running` ON `jobs` (`repo_id`) WHERE status = 'running';
CREATE INDEX `jobs_repo` ON `jobs` (`repo_id`,`seq`);
CREATE INDEX `jobs_status` ON `jobs` (`status`,`seq`);
CREATE UNIQUE INDEX `repos_url` ON `repos` (`url`);
CREATE UNIQUE INDEX `tasks_one_active` ON `tasks` (`repo_id`,`branch`) WHERE archived_at is null;
CREATE INDEX `tasks_repo` ON `tasks` (`repo_id`,`id`);
CREATE INDEX `tasks_job` ON `tasks` (`job_id`);
CREATE UNIQUE INDEX `forecasts_action` ON `forecasts` (`repo_id`,`action`,`tips_key`);
CREATE INDEX `forecasts_stale` ON `forecasts` (`repo_id`,`stale`);
CREATE INDEX `forecasts_status` ON `forecasts` (`status`);
CREATE INDEX `landings_branch` ON `landings` (`repo_id`,`branch`);
CREATE UNIQUE INDEX `changes_ask` ON `changes` (`repo_id`,`ask`);
CREATE INDEX `changes_status` ON `changes` (`status`);
CREATE UNIQUE INDEX `jobs_one_queued_sync` ON `jobs` (`repo_id`,`move`) WHERE status = 'queued' and kind = 'sync_repo';
CREATE INDEX `job_branches_job` ON `job_branches` (`seq`);
CREATE INDEX `job_moves_branch` ON `job_moves` (`branch`,`state`,`id`);
CREATE INDEX `job_moves_planned` ON `job_moves` (`job_id`) WHERE state = 'planned';
CREATE INDEX `jobs_queue` ON `jobs` (`repo_id`,`seq`) WHERE status = 'queued';
CREATE INDEX `jobs_repo_status` ON `jobs` (`repo_id`,`status`,`seq`);
CREATE INDEX `jobs_kind` ON `jobs` (`kind`,`seq`);
CREATE INDEX `jobs_requested_by` ON `jobs` (`requested_by`,`seq`);
CREATE INDEX `jobs_started` ON `jobs` (`repo_id`,`started_at`);
CREATE INDEX `audit_action` ON `audit` (`action`,`seq`);
CREATE UNIQUE INDEX `tokens_name` ON `tokens` (`name`);
CREATE UNIQUE INDEX `tokens_hash` ON `tokens` (`hash`);
CREATE TRIGGER feed_repos_insert after insert on repos begin insert into events (repo_id, type, op, row) values (NEW.id, 'repos', 'upsert', json_object('id', NEW.id, 'name', NEW.name, 'url', NEW.url, 'webUrl', NEW.web_url, 'trunk', NEW.trunk, 'trunkTip', NEW.trunk_tip, 'previousTrunk', NEW.previous_trunk, 'head', NEW.head, 'headMoved', json(case NEW.head_moved when 1 then 'true' when 0 then 'false' else 'null' end), 'engine', NEW.engine, 'allowNonAtomicPush', json(case NEW.allow_non_atomic_push when 1 then 'true' when 0 then 'false' else 'null' end), 'autoSyncMinutes', NEW.auto_sync_minutes, 'autoRestack', json(case NEW.auto_restack when 1 then 'true' when 0 then 'false' else 'null' end), 'autoSyncMoves', json(case NEW.auto_sync_moves when 1 then 'true' when 0 then 'false' else 'null' end), 'syncedAt', NEW.synced_at, 'counts', json(NEW.counts), 'leftOut', json(NEW.left_out), 'syncErrorAt', NEW.sync_error_at, 'syncError', NEW.sync_error, 'failures', json(NEW.failures), 'prSyncedAt', NEW.pr_synced_at, 'prErrorCode', NEW.pr_error_code, 'prError', NEW.pr_error, 'prErrorAt', NEW.pr_error_at, 'createdAt', NEW.created_at)); end;
CREATE TRIGGER feed_repos_update after update on repos when NEW.id is not OLD.id or NEW.name is not OLD.name or NEW.url is not OLD.url or NEW.web_url is not OLD.web_url or NEW.trunk is not OLD.trunk or NEW.trunk_tip is not OLD.trunk_tip or NEW.previous_trunk is not OLD.previous_trunk or NEW.head is not OLD.head or NEW.head_moved is not OLD.head_moved or NEW.engine is not OLD.engine or NEW.allow_non_atomic_push is not OLD.allow_non_atomic_push or NEW.auto_sync_minutes is not OLD.auto_sync_minutes or NEW.auto_restack is not OLD.auto_restack or NEW.auto_sync_moves is not OLD.auto_sync_moves or NEW.synced_at is not OLD.synced_at or NEW.counts is not OLD.counts or NEW.left_out is not OLD.left_out or NEW.sync_error_at is not OLD.sync_error_at or NEW.sync_error is not OLD.sync_error or NEW.failures is not OLD.failures or NEW.pr_synced_at is not OLD.pr_synced_at or NEW.pr_error_code is not OLD.pr_error_code or NEW.pr_error is not OLD.pr_error or NEW.pr_error_at is not OLD.pr_error_at or NEW.created_at is not OLD.created_at begin insert into events (repo_id, type, op, row) values (NEW.id, 'repos', 'upsert', json_object('id', NEW.id, 'name', NEW.name, 'url', NEW.url, 'webUrl', NEW.web_url, 'trunk', NEW.trunk, 'trunkTip', NEW.trunk_tip, 'previousTrunk', NEW.previous_trunk, 'head', NEW.head, 'headMoved', json(case NEW.head_moved when 1 then 'true' when 0 then 'false' else 'null' end), 'engine', NEW.engine, 'allowNonAtomicPush', json(case NEW.allow_non_atomic_push when 1 then 'true' when 0 then 'false' else 'null' end), 'autoSyncMinutes', NEW.auto_sync_minutes, 'autoRestack', json(case NEW.auto_restack when 1 then 'true' when 0 then 'false' else 'null' end), 'autoSyncMoves', json(case NEW.auto_sync_moves when 1 then 'true' when 0 then 'false' else 'null' end), 'syncedAt', NEW.synced_at, 'counts', json(NEW.counts), 'leftOut', json(NEW.left_out), 'syncErrorAt', NEW.sync_error_at, 'syncError', NEW.sync_error, 'failures', json(NEW.failures), 'prSyncedAt', NEW.pr_synced_at, 'prErrorCode', NEW.pr_error_code, 'prError', NEW.pr_error, 'prErrorAt', NEW.pr_error_at, 'createdAt', NEW.created_at)); end;
CREATE TRIGGER feed_repos_delete after delete on repos begin insert into events (repo_id, type, op, row) values (OLD.id, 'repos', 'delete', json_object('id', OLD.id)); end;
CREATE TRIGGER feed_branches_insert after insert on branches begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'branches', 'upsert', json_object('repoId', NEW.repo_id, 'name', NEW.name, 'tip', NEW.tip, 'parent', NEW.parent, 'base', NEW.base, 'baseNamed', json(case NEW.base_named when 1 then 'true' when 0 then 'false' else 'null' end), 'tracked', json(case NEW.tracked when 1 then 'true' when 0 then 'false' else 'null' end), 'suggestedParent', NEW.suggested_parent, 'kept', json(case NEW.kept when 1 then 'true' when 0 then 'false' else 'null' end), 'keptReason', NEW.kept_reason, 'renamedFrom', NEW.renamed_from, 'needsRestack', json(case NEW.needs_restack when 1 then 'true' when 0 then 'false' else 'null' end), 'ahead', NEW.ahead, 'behind', NEW.behind, 'additions', NEW.additions, 'deletions', NEW.deletions, 'forecast', json(NEW.forecast), 'merged', json(case NEW.merged when 1 then 'true' when 0 then 'false' else 'null' end), 'gone', json(case NEW.gone when 1 then 'true' when 0 then 'false' else 'null' end), 'subject', NEW.subject, 'author', NEW.author, 'committedAt', NEW.committed_at, 'prNumber', NEW.pr_number, 'prState', NEW.pr_state, 'prUrl', NEW.pr_url, 'prBase', NEW.pr_base, 'prHead', NEW.pr_head, 'ci', NEW.ci, 'review', NEW.review, 'firstSeenAt', NEW.first_seen_at, 'lastSeenAt', NEW.last_seen_at)); end;
CREATE TRIGGER feed_branches_update after update on branches when NEW.repo_id is not OLD.repo_id or NEW.name is not OLD.name or NEW.tip is not OLD.tip or NEW.parent is not OLD.parent or NEW.base is not OLD.base or NEW.base_named is not OLD.base_named or NEW.tracked is not OLD.tracked or NEW.suggested_parent is not OLD.suggested_parent or NEW.kept is not OLD.kept or NEW.kept_reason is not OLD.kept_reason or NEW.renamed_from is not OLD.renamed_from or NEW.needs_restack is not OLD.needs_restack or NEW.ahead is not OLD.ahead or NEW.behind is not OLD.behind or NEW.additions is not OLD.additions or NEW.deletions is not OLD.deletions or NEW.forecast is not OLD.forecast or NEW.merged is not OLD.merged or NEW.gone is not OLD.gone or NEW.subject is not OLD.subject or NEW.author is not OLD.author or NEW.committed_at is not OLD.committed_at or NEW.pr_number is not OLD.pr_number or NEW.pr_state is not OLD.pr_state or NEW.pr_url is not OLD.pr_url or NEW.pr_base is not OLD.pr_base or NEW.pr_head is not OLD.pr_head or NEW.ci is not OLD.ci or NEW.review is not OLD.review begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'branches', 'upsert', json_object('repoId', NEW.repo_id, 'name', NEW.name, 'tip', NEW.tip, 'parent', NEW.parent, 'base', NEW.base, 'baseNamed', json(case NEW.base_named when 1 then 'true' when 0 then 'false' else 'null' end), 'tracked', json(case NEW.tracked when 1 then 'true' when 0 then 'false' else 'null' end), 'suggestedParent', NEW.suggested_parent, 'kept', json(case NEW.kept when 1 then 'true' when 0 then 'false' else 'null' end), 'keptReason', NEW.kept_reason, 'renamedFrom', NEW.renamed_from, 'needsRestack', json(case NEW.needs_restack when 1 then 'true' when 0 then 'false' else 'null' end), 'ahead', NEW.ahead, 'behind', NEW.behind, 'additions', NEW.additions, 'deletions', NEW.deletions, 'forecast', json(NEW.forecast), 'merged', json(case NEW.merged when 1 then 'true' when 0 then 'false' else 'null' end), 'gone', json(case NEW.gone when 1 then 'true' when 0 then 'false' else 'null' end), 'subject', NEW.subject, 'author', NEW.author, 'committedAt', NEW.committed_at, 'prNumber', NEW.pr_number, 'prState', NEW.pr_state, 'prUrl', NEW.pr_url, 'prBase', NEW.pr_base, 'prHead', NEW.pr_head, 'ci', NEW.ci, 'review', NEW.review, 'firstSeenAt', NEW.first_seen_at, 'lastSeenAt', NEW.last_seen_at)); end;
CREATE TRIGGER feed_branches_delete after delete on branches begin insert into events (repo_id, type, op, row) values (OLD.repo_id, 'branches', 'delete', json_object('repoId', OLD.repo_id, 'name', OLD.name)); end;
CREATE TRIGGER feed_jobs_insert after insert on jobs begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'jobs', 'upsert', json_object('seq', NEW.seq, 'id', NEW.id, 'repoId', NEW.repo_id, 'kind', NEW.kind, 'branch', NEW.branch, 'branches', json(NEW.branches), 'parent', NEW.parent, 'base', NEW.base, 'suggested', json(case NEW.suggested when 1 then 'true' when 0 then 'false' else 'null' end), 'atCommit', NEW.at_commit, 'status', NEW.status, 'message', NEW.message, 'errorCode', NEW.error_code, 'errorHint', NEW.error_hint, 'move', json(case NEW.move when 1 then 'true' when 0 then 'false' else 'null' end), 'result', json(case when NEW.result is null then null else json_set(NEW.result,
    '$.heldBack', json((select json_group_array(json(case held.value ->> '$.reason.kind'
      when 'conflict' then json_set(held.value, '$.reason.files', json((select json_group_array(json(json_set(value, '$.text', null)))
    from json_each(held.value, '$.reason.files') where key < 100)))
      when 'protected' then json_set(held.value, '$.reason.message', substr(held.value ->> '$.reason.message', 1, 300))
      else held.value end)) from json_each(NEW.result, '$.heldBack') as held)), '$.dropped', json((select json_group_array(json(value)) from json_each(NEW.result, '$.dropped') where key < 100)), '$.warnings', json((select json_group_array(json(json_set(value, '$.commits', json('[]')))) from json_each(NEW.result, '$.warnings')))) end), 'requestedBy', NEW.requested_by, 'retryOf', NEW.retry_of, 'undoOf', NEW.undo_of, 'taskId', NEW.task_id, 'executor', NEW.executor, 'engine', NEW.engine, 'attempt', NEW.attempt, 'createdAt', NEW.created_at, 'startedAt', NEW.started_at, 'finishedAt', NEW.finished_at, 'nextAttemptAt', NEW.next_attempt_at, 'cancelRequestedAt', NEW.cancel_requested_at, 'committingAt', NEW.committing_at)); end;
CREATE TRIGGER feed_jobs_update after update on jobs when NEW.seq is not OLD.seq or NEW.id is not OLD.id or NEW.repo_id is not OLD.repo_id or NEW.kind is not OLD.kind or NEW.branch is not OLD.branch or NEW.branches is not OLD.branches or NEW.parent is not OLD.parent or NEW.base is not OLD.base or NEW.suggested is not OLD.suggested or NEW.at_commit is not OLD.at_commit or NEW.status is not OLD.status or NEW.message is not OLD.message or NEW.error_code is not OLD.error_code or NEW.error_hint is not OLD.error_hint or NEW.move is not OLD.move or NEW.result is not OLD.result or NEW.requested_by is not OLD.requested_by or NEW.retry_of is not OLD.retry_of or NEW.undo_of is not OLD.undo_of or NEW.task_id is not OLD.task_id or NEW.executor is not OLD.executor or NEW.engine is not OLD.engine or NEW.attempt is not OLD.attempt or NEW.created_at is not OLD.created_at or NEW.started_at is not OLD.started_at or NEW.finished_at is not OLD.finished_at or NEW.next_attempt_at is not OLD.next_attempt_at or NEW.cancel_requested_at is not OLD.cancel_requested_at or NEW.committing_at is not OLD.committing_at begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'jobs', 'upsert', json_object('seq', NEW.seq, 'id', NEW.id, 'repoId', NEW.repo_id, 'kind', NEW.kind, 'branch', NEW.branch, 'branches', json(NEW.branches), 'parent', NEW.parent, 'base', NEW.base, 'suggested', json(case NEW.suggested when 1 then 'true' when 0 then 'false' else 'null' end), 'atCommit', NEW.at_commit, 'status', NEW.status, 'message', NEW.message, 'errorCode', NEW.error_code, 'errorHint', NEW.error_hint, 'move', json(case NEW.move when 1 then 'true' when 0 then 'false' else 'null' end), 'result', json(case when NEW.result is null then null else json_set(NEW.result,
    '$.heldBack', json((select json_group_array(json(case held.value ->> '$.reason.kind'
      when 'conflict' then json_set(held.value, '$.reason.files', json((select json_group_array(json(json_set(value, '$.text', null)))
    from json_each(held.value, '$.reason.files') where key < 100)))
      when 'protected' then json_set(held.value, '$.reason.message', substr(held.value ->> '$.reason.message', 1, 300))
      else held.value end)) from json_each(NEW.result, '$.heldBack') as held)), '$.dropped', json((select json_group_array(json(value)) from json_each(NEW.result, '$.dropped') where key < 100)), '$.warnings', json((select json_group_array(json(json_set(value, '$.commits', json('[]')))) from json_each(NEW.result, '$.warnings')))) end), 'requestedBy', NEW.requested_by, 'retryOf', NEW.retry_of, 'undoOf', NEW.undo_of, 'taskId', NEW.task_id, 'executor', NEW.executor, 'engine', NEW.engine, 'attempt', NEW.attempt, 'createdAt', NEW.created_at, 'startedAt', NEW.started_at, 'finishedAt', NEW.finished_at, 'nextAttemptAt', NEW.next_attempt_at, 'cancelRequestedAt', NEW.cancel_requested_at, 'committingAt', NEW.committing_at)); end;
CREATE TRIGGER feed_job_steps_insert after insert on job_steps begin insert into events (repo_id, type, op, row) values ((select repo_id from jobs where id = NEW.job_id), 'job_steps', 'upsert', json_object('id', NEW.id, 'jobId', NEW.job_id, 'attempt', NEW.attempt, 'step', NEW.step, 'phase', NEW.phase, 'status', NEW.status, 'message', NEW.message, 'startedAt', NEW.started_at, 'finishedAt', NEW.finished_at)); end;
CREATE TRIGGER feed_job_steps_update after update on job_steps when NEW.id is not OLD.id or NEW.job_id is not OLD.job_id or NEW.attempt is not OLD.attempt or NEW.step is not OLD.step or NEW.phase is not OLD.phase or NEW.status is not OLD.status or NEW.message is not OLD.message or NEW.started_at is not OLD.started_at or NEW.finished_at is not OLD.finished_at begin insert into events (repo_id, type, op, row) values ((select repo_id from jobs where id = NEW.job_id), 'job_steps', 'upsert', json_object('id', NEW.id, 'jobId', NEW.job_id, 'attempt', NEW.attempt, 'step', NEW.step, 'phase', NEW.phase, 'status', NEW.status, 'message', NEW.message, 'startedAt', NEW.started_at, 'finishedAt', NEW.finished_at)); end;
CREATE TRIGGER feed_job_moves_insert after insert on job_moves begin insert into events (repo_id, type, op, row) values ((select repo_id from jobs where id = NEW.job_id), 'job_moves', 'upsert', json_object('id', NEW.id, 'jobId', NEW.job_id, 'branch', NEW.branch, 'before', NEW.before, 'after', NEW.after, 'parentBefore', NEW.parent_before, 'parentAfter', NEW.parent_after, 'baseBefore', NEW.base_before, 'baseAfter', NEW.base_after, 'state', NEW.state)); end;
CREATE TRIGGER feed_job_moves_update after update on job_moves when NEW.id is not OLD.id or NEW.job_id is not OLD.job_id or NEW.branch is not OLD.branch or NEW.before is not OLD.before or NEW.after is not OLD.after or NEW.parent_before is not OLD.parent_before or NEW.parent_after is not OLD.parent_after or NEW.base_before is not OLD.base_before or NEW.base_after is not OLD.base_after or NEW.state is not OLD.state begin insert into events (repo_id, type, op, row) values ((select repo_id from jobs where id = NEW.job_id), 'job_moves', 'upsert', json_object('id', NEW.id, 'jobId', NEW.job_id, 'branch', NEW.branch, 'before', NEW.before, 'after', NEW.after, 'parentBefore', NEW.parent_before, 'parentAfter', NEW.parent_after, 'baseBefore', NEW.base_before, 'baseAfter', NEW.base_after, 'state', NEW.state)); end;
CREATE TRIGGER feed_job_logs_insert after insert on job_logs begin insert into events (repo_id, type, op, row) values ((select repo_id from jobs where id = NEW.job_id), 'job_logs', 'upsert', json_object('id', NEW.id, 'jobId', NEW.job_id, 'at', NEW.at, 'level', NEW.level, 'line', NEW.line)); end;
CREATE TRIGGER feed_job_logs_update after update on job_logs when NEW.id is not OLD.id or NEW.job_id is not OLD.job_id or NEW.at is not OLD.at or NEW.level is not OLD.level or NEW.line is not OLD.line begin insert into events (repo_id, type, op, row) values ((select repo_id from jobs where id = NEW.job_id), 'job_logs', 'upsert', json_object('id', NEW.id, 'jobId', NEW.job_id, 'at', NEW.at, 'level', NEW.level, 'line', NEW.line)); end;
CREATE TRIGGER feed_tasks_insert after insert on tasks begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'tasks', 'upsert', json_object('id', NEW.id, 'repoId', NEW.repo_id, 'title', NEW.title, 'description', NEW.description, 'branch', NEW.branch, 'jobId', NEW.job_id, 'branchStatus', NEW.branch_status, 'createdAt', NEW.created_at, 'archivedAt', NEW.archived_at, 'archivedReason', NEW.archived_reason)); end;
CREATE TRIGGER feed_tasks_update after update on tasks when NEW.id is not OLD.id or NEW.repo_id is not OLD.repo_id or NEW.title is not OLD.title or NEW.description is not OLD.description or NEW.branch is not OLD.branch or NEW.job_id is not OLD.job_id or NEW.branch_status is not OLD.branch_status or NEW.created_at is not OLD.created_at or NEW.archived_at is not OLD.archived_at or NEW.archived_reason is not OLD.archived_reason begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'tasks', 'upsert', json_object('id', NEW.id, 'repoId', NEW.repo_id, 'title', NEW.title, 'description', NEW.description, 'branch', NEW.branch, 'jobId', NEW.job_id, 'branchStatus', NEW.branch_status, 'createdAt', NEW.created_at, 'archivedAt', NEW.archived_at, 'archivedReason', NEW.archived_reason)); end;
CREATE TRIGGER feed_forecasts_insert after insert on forecasts begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'forecasts', 'upsert', json_object('id', NEW.id, 'repoId', NEW.repo_id, 'kind', NEW.kind, 'branch', NEW.branch, 'branches', json(NEW.branches), 'parent', NEW.parent, 'base', NEW.base, 'suggested', json(case NEW.suggested when 1 then 'true' when 0 then 'false' else 'null' end), 'tipsKey', NEW.tips_key, 'stale', json(case NEW.stale when 1 then 'true' when 0 then 'false' else 'null' end), 'status', NEW.status, 'outline', json(NEW.outline), 'message', NEW.message, 'createdAt', NEW.created_at, 'askedAt', NEW.asked_at, 'computedAt', NEW.computed_at)); end;
CREATE TRIGGER feed_forecasts_update after update on forecasts when NEW.id is not OLD.id or NEW.repo_id is not OLD.repo_id or NEW.kind is not OLD.kind or NEW.branch is not OLD.branch or NEW.branches is not OLD.branches or NEW.parent is not OLD.parent or NEW.base is not OLD.base or NEW.suggested is not OLD.suggested or NEW.tips_key is not OLD.tips_key or NEW.stale is not OLD.stale or NEW.status is not OLD.status or NEW.outline is not OLD.outline or NEW.message is not OLD.message or NEW.created_at is not OLD.created_at or NEW.computed_at is not OLD.computed_at begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'forecasts', 'upsert', json_object('id', NEW.id, 'repoId', NEW.repo_id, 'kind', NEW.kind, 'branch', NEW.branch, 'branches', json(NEW.branches), 'parent', NEW.parent, 'base', NEW.base, 'suggested', json(case NEW.suggested when 1 then 'true' when 0 then 'false' else 'null' end), 'tipsKey', NEW.tips_key, 'stale', json(case NEW.stale when 1 then 'true' when 0 then 'false' else 'null' end), 'status', NEW.status, 'outline', json(NEW.outline), 'message', NEW.message, 'createdAt', NEW.created_at, 'askedAt', NEW.asked_at, 'computedAt', NEW.computed_at)); end;
CREATE TRIGGER feed_forecasts_delete after delete on forecasts begin insert into events (repo_id, type, op, row) values (OLD.repo_id, 'forecasts', 'delete', json_object('id', OLD.id, 'repoId', OLD.repo_id)); end;
CREATE TRIGGER feed_changes_insert after insert on changes begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'changes', 'upsert', json_object('id', NEW.id, 'repoId', NEW.repo_id, 'status', NEW.status, 'errorCode', NEW.error_code, 'message', NEW.message, 'askedAt', NEW.asked_at, 'computedAt', NEW.computed_at)); end;
CREATE TRIGGER feed_changes_update after update on changes when NEW.id is not OLD.id or NEW.repo_id is not OLD.repo_id or NEW.status is not OLD.status or NEW.error_code is not OLD.error_code or NEW.message is not OLD.message or NEW.computed_at is not OLD.computed_at begin insert into events (repo_id, type, op, row) values (NEW.repo_id, 'changes', 'upsert', json_object('id', NEW.id, 'repoId', NEW.repo_id, 'status', NEW.status, 'errorCode', NEW.error_code, 'message', NEW.message, 'askedAt', NEW.asked_at, 'computedAt', NEW.computed_at)); end;
CREATE TRIGGER feed_changes_delete after delete on changes begin insert into events (repo_id, type, op, row) values (OLD.repo_id, 'changes', 'delete', json_object('id', OLD.id, 'repoId', OLD.repo_id)); end;
CREATE TRIGGER task_status after update of status on jobs when NEW.status is not OLD.status begin
     update tasks set branch_status = case when (NEW.status = 'error' and NEW.kind = 'register_existing_branch' and NEW.error_code is 'BRANCH_NOT_FOUND') then 'waiting' else NEW.status end where job_id = NEW.id;
   end;
CREATE TRIGGER task_merged after update of merged on branches when NEW.merged and not OLD.merged begin
     update tasks set archived_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), archived_reason = NEW.name || ' was merged.'
     where repo_id = NEW.repo_id and branch = NEW.name and archived_at is null;
   end;
CREATE TRIGGER task_reopened after update of merged on branches when OLD.merged and not NEW.merged begin
     update tasks set archived_at = null, archived_reason = null
     where repo_id = NEW.repo_id and branch = NEW.name and archived_reason = NEW.name || ' was merged.'
       and id = (select max(id) from tasks where repo_id = NEW.repo_id and branch = NEW.name)
       and not exists (select 1 from tasks where repo_id = NEW.repo_id and branch = NEW.name and archived_at is null);
   end;
CREATE TRIGGER repo_failed after update of status on jobs when NEW.status = 'error' and OLD.status is not 'error' and not ((NEW.status = 'error' and NEW.kind = 'register_existing_branch' and NEW.error_code is 'BRANCH_NOT_FOUND') and exists (select 1 from tasks where job_id = NEW.id)) begin
     update repos set sync_error = case when length(NEW.message) > 300 then substr(NEW.message, 1, 300) || '…' else NEW.message end, sync_error_at = coalesce(NEW.finished_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
       failures = (select json_group_array(json(value)) from (
         select json_object('id', NEW.id, 'seq', NEW.seq, 'kind', NEW.kind, 'branch', coalesce(NEW.branch, NEW.branches ->> 0), 'message', case when length(NEW.message) > 300 then substr(NEW.message, 1, 300) || '…' else NEW.message end) as value
         union all select * from (select value from json_each(repos.failures)
           where value ->> 'id' is not NEW.retry_of and (value ->> 'kind' <> NEW.kind or value ->> 'branch' is not coalesce(NEW.branch, NEW.branches ->> 0)) limit 9)))
     where id = NEW.repo_id;
   end;
CREATE TRIGGER repo_well after update of status on jobs when NEW.status = 'completed' and OLD.status is not 'completed' begin
     update repos set sync_error = null, sync_error_at = null, failures = case when NEW.kind = 'sync_repo' and not NEW.move
         then (select nullif(json_group_array(json(value)), '[]') from json_each(repos.failures) where value ->> 'kind' <> 'sync_repo') end
     where id = NEW.repo_id and (sync_error_at is not null or failures is not null);
   end;
CREATE TRIGGER job_branches_asked after insert on jobs begin 
     insert or ignore into job_branches (branch, seq)
     select branch, NEW.seq from (select NEW.branch as branch union select value from json_each(NEW.branches) union select value ->> 'branch' as branch from json_each(NEW.result, '$.merged') union select value ->> 'branch' as branch from json_each(NEW.result, '$.registered') union select value ->> 'branch' as branch from json_each(NEW.result, '$.heldBack') union select value as branch from json_each(NEW.result, '$.gone')) where branch is not null; end;
CREATE TRIGGER job_branches_said after update of result on jobs when NEW.result is not OLD.result begin 
     delete from job_branches where seq = NEW.seq;
     insert or ignore into job_branches (branch, seq)
     select branch, NEW.seq from job_moves where job_id = NEW.id and state = 'pushed';
     insert or ignore into job_branches (branch, seq)
     select branch, NEW.seq from (select NEW.branch as branch union select value from json_each(NEW.branches) union select value ->> 'branch' as branch from json_each(NEW.result, '$.merged') union select value ->> 'branch' as branch from json_each(NEW.result, '$.registered') union select value ->> 'branch' as branch from json_each(NEW.result, '$.heldBack') union select value as branch from json_each(NEW.result, '$.gone')) where branch is not null; end;
CREATE TRIGGER job_branches_moved_insert after insert on job_moves when NEW.state = 'pushed' begin
       insert or ignore into job_branches (branch, seq) select NEW.branch, seq from jobs where id = NEW.job_id;
     end;
CREATE TRIGGER job_branches_moved_update after update on job_moves when NEW.state = 'pushed' begin
       insert or ignore into job_branches (branch, seq) select NEW.branch, seq from jobs where id = NEW.job_id;
     end;
CREATE TRIGGER forecasts_stale_insert after insert on branches begin update forecasts set stale = 1 where repo_id = NEW.repo_id and stale = 0; end;
CREATE TRIGGER forecasts_stale_update after update on branches when NEW.name is not OLD.name or NEW.tip is not OLD.tip or NEW.parent is not OLD.parent or NEW.base is not OLD.base or NEW.tracked is not OLD.tracked or NEW.suggested_parent is not OLD.suggested_parent or NEW.kept is not OLD.kept or NEW.kept_reason is not OLD.kept_reason or NEW.merged is not OLD.merged or NEW.gone is not OLD.gone begin update forecasts set stale = 1 where repo_id = NEW.repo_id and stale = 0; end;
CREATE TRIGGER forecasts_stale_delete after delete on branches begin update forecasts set stale = 1 where repo_id = OLD.repo_id and stale = 0; end;
CREATE TRIGGER forecasts_stale_trunk after update on repos when NEW.trunk is not OLD.trunk or NEW.trunk_tip is not OLD.trunk_tip or NEW.engine is not OLD.engine begin update forecasts set stale = 1 where repo_id = NEW.id and stale = 0; end;
COMMIT;
