DROP VIEW selling_company;
DROP TABLE seller_link;
DROP INDEX car_by_seller;
DROP INDEX lot_by_seller;
DROP TABLE seller_spelling;
