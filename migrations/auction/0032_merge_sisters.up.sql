-- Stores of one group may count as one bidder.
ALTER TABLE sale
    DROP CONSTRAINT sale_sisters_known,
    ADD CONSTRAINT sale_sisters_known CHECK (sisters IN ('block', 'allow', 'merge'));
ALTER TABLE sale_template
    DROP CONSTRAINT sale_template_sisters_known,
    ADD CONSTRAINT sale_template_sisters_known CHECK (sisters IN ('block', 'allow', 'merge'));
