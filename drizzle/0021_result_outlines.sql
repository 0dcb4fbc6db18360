ALTER TABLE `jobs` ADD `result_outline` text;--> statement-breakpoint
UPDATE `jobs` SET `result_outline` = json_set(`result`,
  '$.heldBack', json((SELECT json_group_array(json(CASE held.value ->> '$.reason.kind'
    WHEN 'conflict' THEN json_set(held.value, '$.reason.files', json((
      SELECT json_group_array(json(json_set(value, '$.text', null))) FROM json_each(held.value, '$.reason.files') WHERE key < 100)))
    WHEN 'protected' THEN json_set(held.value, '$.reason.message', substr(held.value ->> '$.reason.message', 1, 300))
    ELSE held.value END)) FROM json_each(`result`, '$.heldBack') AS held)),
  '$.dropped', json((SELECT json_group_array(json(value)) FROM json_each(`result`, '$.dropped') WHERE key < 100)),
  '$.warnings', json((SELECT json_group_array(json(json_set(value, '$.commits', json('[]')))) FROM json_each(`result`, '$.warnings'))))
WHERE length(`result`) > 2000;
