-- The least step at each price, where a template has another than the usual: [{"from_fen": 0, "step_fen": 10000}, …]. Lots keep
-- theirs with their terms.
ALTER TABLE sale_template
    ADD COLUMN ladder JSONB CONSTRAINT sale_template_ladder_is_one CHECK (
        jsonb_typeof(ladder) = 'array' AND jsonb_array_length(ladder) BETWEEN 1 AND 20 AND ladder -> 0 ->> 'from_fen' = '0');
