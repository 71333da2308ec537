-- Nothing: here the stream is ordered by seq alone.
select 1;
