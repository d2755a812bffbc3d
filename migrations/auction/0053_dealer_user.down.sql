DROP TABLE dealer_user;
