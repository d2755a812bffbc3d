-- What merged stores blocks them: the stricter of the two that are left.
UPDATE sale SET sisters = 'block' WHERE sisters = 'merge';
UPDATE sale_template SET sisters = 'block' WHERE sisters = 'merge';
ALTER TABLE sale
    DROP CONSTRAINT sale_sisters_known,
    ADD CONSTRAINT sale_sisters_known CHECK (sisters IN ('block', 'allow'));
ALTER TABLE sale_template
    DROP CONSTRAINT sale_template_sisters_known,
    ADD CONSTRAINT sale_template_sisters_known CHECK (sisters IN ('block', 'allow'));
