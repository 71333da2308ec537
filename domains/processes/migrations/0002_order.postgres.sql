-- Numbers that rise from one transaction to the next, given out without anybody waiting for a row.
create sequence process_order;
