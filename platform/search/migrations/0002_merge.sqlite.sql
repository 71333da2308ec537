-- Fewer, larger merges: under load the index is written far more often than read.
insert into search_grams (search_grams, rank) values ('automerge', 8);
