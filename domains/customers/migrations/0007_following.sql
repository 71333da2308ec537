-- Set while records that name the customer in own fields still follow the merge, or go back: its place among the merges
-- whose records do, so that a later one that touches the same customers waits for it.
alter table customer_merges add column following bigint;
