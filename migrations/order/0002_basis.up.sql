-- What an order rests on: the hammer, or a contract that was negotiated after it (议价成交), which is another document.
ALTER TABLE sale_order ADD COLUMN basis TEXT NOT NULL DEFAULT 'auction'
    CONSTRAINT sale_order_basis_known CHECK (basis IN ('auction', 'negotiation', 'second_chance'));
