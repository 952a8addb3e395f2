DELETE FROM offer WHERE purpose = 'TRANSFER';
ALTER TABLE offer DROP COLUMN transfer_id;
DROP TABLE transfer;
