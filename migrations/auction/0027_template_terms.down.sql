ALTER TABLE sale_template
    DROP COLUMN deposit_bp,
    DROP COLUMN gap_fen,
    DROP COLUMN group_names,
    DROP COLUMN sisters;
