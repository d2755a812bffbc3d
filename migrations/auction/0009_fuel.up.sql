-- 能源: the hall filters by it. Cars that were heard of before have none until they are heard of again.
ALTER TABLE car ADD COLUMN fuel TEXT NOT NULL DEFAULT '';
ALTER TABLE lot ADD COLUMN fuel TEXT NOT NULL DEFAULT '';
