-- The dealer group that a company's stores belong to; empty where there is none.
ALTER TABLE dealers
    ADD COLUMN group_name TEXT NOT NULL DEFAULT ''
        CONSTRAINT dealers_group_length CHECK (char_length(group_name) <= 60);
CREATE INDEX dealers_by_group ON dealers (group_name) WHERE group_name <> '';
