DROP TABLE delivery_cost;
