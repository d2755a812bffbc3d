DROP INDEX dealers_by_group;
ALTER TABLE dealers DROP COLUMN group_name;
