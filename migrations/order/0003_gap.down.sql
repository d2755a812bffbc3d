UPDATE sale_order SET basis = 'auction' WHERE basis = 'gap';
ALTER TABLE sale_order
    DROP CONSTRAINT sale_order_basis_known,
    ADD CONSTRAINT sale_order_basis_known CHECK (basis IN ('auction', 'negotiation', 'second_chance'));
