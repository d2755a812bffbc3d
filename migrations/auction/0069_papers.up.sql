-- 手续不全: what a car's report says of its papers, for lists of lots. What was heard before said nothing of them.
ALTER TABLE car ADD COLUMN papers_incomplete BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE lot ADD COLUMN papers_incomplete BOOLEAN NOT NULL DEFAULT false;
