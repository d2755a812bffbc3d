-- What templates left out: the deposit, the sellers' gap, and whom the sale is for.
ALTER TABLE sale_template
    ADD COLUMN deposit_bp INTEGER NOT NULL DEFAULT 1000
        CONSTRAINT sale_template_deposit_sane CHECK (deposit_bp BETWEEN 0 AND 10000),
    ADD COLUMN gap_fen BIGINT NOT NULL DEFAULT 0 CONSTRAINT sale_template_gap_sane CHECK (gap_fen >= 0),
    ADD COLUMN group_names TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN sisters TEXT NOT NULL DEFAULT 'block'
        CONSTRAINT sale_template_sisters_known CHECK (sisters IN ('block', 'allow'));
