-- Invite-only sales (定向场): which dealer groups may see a sale, and whether stores of one group may outbid each other.
ALTER TABLE dealer ADD COLUMN group_name TEXT NOT NULL DEFAULT '';
CREATE INDEX dealer_by_group ON dealer (group_name) WHERE group_name <> '';

ALTER TABLE sale
    ADD COLUMN invite_only BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN sisters TEXT NOT NULL DEFAULT 'block' CONSTRAINT sale_sisters_known CHECK (sisters IN ('block', 'allow'));
CREATE TABLE sale_group (
    sale_id     UUID NOT NULL REFERENCES sale (id),
    group_name  TEXT NOT NULL CONSTRAINT sale_group_named CHECK (group_name <> ''),
    PRIMARY KEY (sale_id, group_name)
);
