DROP TABLE sale_group;
ALTER TABLE sale DROP COLUMN sisters, DROP COLUMN invite_only;
DROP INDEX dealer_by_group;
ALTER TABLE dealer DROP COLUMN group_name;
