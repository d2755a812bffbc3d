-- Taken by a store of the seller's own group before the lot opened, at the shadow price (内部调拨).
ALTER TABLE sale_order
    DROP CONSTRAINT sale_order_basis_known,
    ADD CONSTRAINT sale_order_basis_known
        CHECK (basis IN ('auction', 'gap', 'first_look', 'negotiation', 'second_chance'));
