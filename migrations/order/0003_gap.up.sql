-- Sold at the hammer below the reserve, within the gap that the seller had authorised (自动成交差额).
ALTER TABLE sale_order
    DROP CONSTRAINT sale_order_basis_known,
    ADD CONSTRAINT sale_order_basis_known CHECK (basis IN ('auction', 'gap', 'negotiation', 'second_chance'));
