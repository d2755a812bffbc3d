-- The numbers of the rules that a template or a sale has otherwise than usual. What is missing in it is as usual, what is null was
-- taken away; lots keep theirs with their terms. All of it is the usual: null.
CREATE FUNCTION fine_print_is_sane(fine JSONB) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_typeof(fine) = 'object'
       AND coalesce((fine ->> 'tick_fen')::bigint BETWEEN 100 AND 1000000 AND (fine ->> 'tick_fen')::bigint % 100 = 0, TRUE)
       AND coalesce((fine ->> 'double_after')::bigint BETWEEN 1 AND 1000, TRUE)
       AND coalesce((fine ->> 'confirm_guide_percent')::bigint BETWEEN 100 AND 1000, TRUE)
       AND coalesce((fine ->> 'confirm_steps')::bigint BETWEEN 1 AND 1000, TRUE)
       AND coalesce((fine ->> 'buy_now_end_percent')::bigint BETWEEN 50 AND 100, TRUE)
$$;

ALTER TABLE sale_template
    ADD COLUMN fine JSONB CONSTRAINT sale_template_fine_print_is_sane CHECK (fine_print_is_sane(fine)),
    ADD CONSTRAINT sale_template_ladder_on_tick CHECK (NOT jsonb_path_exists(
        ladder, '$[*] ? (@.step_fen % $tick != 0)', jsonb_build_object('tick', coalesce(fine -> 'tick_fen', '10000'))));

ALTER TABLE sale
    ADD COLUMN fine JSONB CONSTRAINT sale_fine_print_is_sane CHECK (fine_print_is_sane(fine)),
    ADD CONSTRAINT sale_tick_is_that_of_its_fine_print CHECK (coalesce((fine ->> 'tick_fen')::bigint, 10000) = tick_fen);

-- Of the unsold cars so many were not offered again, for the template's smallest unit does not divide their prices.
ALTER TABLE sale_followed
    ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0 CONSTRAINT sale_followed_left_out_counted CHECK (left_out >= 0);
