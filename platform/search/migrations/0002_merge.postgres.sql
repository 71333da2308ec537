-- Nothing: GIN has no merges to set.
select 1;
