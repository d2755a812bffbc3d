-- 公开保留价: whether the bidders of a sale see its reserves. Lots keep the amount with their terms.
ALTER TABLE sale_template
    ADD COLUMN reserve_display TEXT NOT NULL DEFAULT 'secret'
        CONSTRAINT sale_template_reserve_display_known CHECK (reserve_display IN ('secret', 'public'));
ALTER TABLE sale
    ADD COLUMN reserve_display TEXT NOT NULL DEFAULT 'secret'
        CONSTRAINT sale_reserve_display_known CHECK (reserve_display IN ('secret', 'public'));
