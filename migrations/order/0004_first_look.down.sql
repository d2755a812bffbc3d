UPDATE sale_order SET basis = 'auction' WHERE basis = 'first_look';
ALTER TABLE sale_order
    DROP CONSTRAINT sale_order_basis_known,
    ADD CONSTRAINT sale_order_basis_known CHECK (basis IN ('auction', 'gap', 'negotiation', 'second_chance'));
