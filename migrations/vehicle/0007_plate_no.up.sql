-- 车牌号, and the search that finds cars by it. The column of the search is made anew: its words cannot be changed.
ALTER TABLE vehicle
    ADD COLUMN plate_no TEXT NOT NULL DEFAULT '' CONSTRAINT vehicle_plate_no_form
        CHECK (char_length(plate_no) <= 12 AND plate_no !~ '[[:space:][:punct:]·]' AND plate_no = upper(plate_no));
ALTER TABLE vehicle ALTER COLUMN plate_no DROP DEFAULT;
ALTER TABLE vehicle DROP COLUMN search_text;
ALTER TABLE vehicle
    ADD COLUMN search_text TEXT NOT NULL GENERATED ALWAYS AS (
        lower(coalesce(vin, '') || ' ' || coalesce(external_id, '') || ' ' || plate_no || ' ' || make || ' ' || model || ' '
              || trim || ' ' || title || ' ' || plate_place || ' ' || city || ' ' || seller_name)) STORED;
