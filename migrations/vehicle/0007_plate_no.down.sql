ALTER TABLE vehicle DROP COLUMN search_text;
ALTER TABLE vehicle
    ADD COLUMN search_text TEXT NOT NULL GENERATED ALWAYS AS (
        lower(coalesce(vin, '') || ' ' || coalesce(external_id, '') || ' ' || make || ' ' || model || ' '
              || trim || ' ' || title || ' ' || plate_place || ' ' || city || ' ' || seller_name)) STORED;
ALTER TABLE vehicle DROP COLUMN plate_no;
