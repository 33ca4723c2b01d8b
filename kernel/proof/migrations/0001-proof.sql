-- The transparency log. A leaf is written in the transaction of the record it proves; its place comes later.
create table proof_leaf (
  subject_id text not null,            -- what the record is about: a matter, a file
  kind text not null,                  -- which record of it: matter, act, file
  seq bigint not null,                 -- 1, 2, 3 … within subject and kind; 0 where there is only one
  salt text not null,                  -- 128 random bits that are part of the record, so that a hash gives nothing away
  hash text not null,                  -- hash of the leaf (RFC 6962), lower-case hex
  kept text,                           -- the record itself, where no row keeps it as it was
  at bigint not null,                  -- when it was recorded
  idx bigint unique,                   -- its place in the log; null until it is given one
  primary key (subject_id, kind, seq)
);
create index proof_leaf_waiting on proof_leaf (at, subject_id, seq, kind) where idx is null;

-- Full tiles of 256 hashes, as C2SP tlog-tiles cuts a tree. A tile never changes.
create table proof_tile (
  level bigint not null,               -- 0 over the leaves, 1 over the tiles of level 0, …
  nr bigint not null,                  -- its place in the level
  hashes text not null,                -- 256 hashes in hex, one after the other
  root text not null,                  -- the hash over them, which stands in the level above
  primary key (level, nr)
);

-- Every state of the log that was signed.
create table proof_checkpoint (
  size bigint primary key,             -- how many leaves
  root text not null,                  -- hash of the tree, lower-case hex
  note text not null,                  -- the signed note (C2SP tlog-checkpoint)
  at bigint not null                   -- when it was signed
);

-- What witnesses signed after checking that the log only grew.
create table proof_cosignature (
  size bigint not null references proof_checkpoint (size), -- the checkpoint
  witness text not null,               -- name of the witness's key
  line text not null,                  -- the signature line of the note (C2SP tlog-cosignature)
  at bigint not null,                  -- when it came in
  primary key (size, witness)
);

-- One row: who gives places takes it first, so that two servers cannot fork the log.
create table proof_head (
  id bigint primary key check (id = 1), -- always 1
  size bigint not null,                -- how many leaves have a place
  begun boolean not null               -- what was recorded before there was a log has its leaves
);
insert into proof_head (id, size, begun) values (1, 0, false);

-- A leaf that has its place stays as it is.
-- @sqlite
create trigger proof_leaf_stays before update on proof_leaf
when old.idx is not null or new.hash <> old.hash or new.salt <> old.salt
begin select raise(abort, 'a leaf of the log is not changed'); end;
create trigger proof_leaf_is_kept before delete on proof_leaf
begin select raise(abort, 'a leaf of the log is not deleted'); end;
-- @end
-- @postgres
create function proof_leaf_refuse() returns trigger language plpgsql as
$$ begin raise exception 'a leaf of the log is not changed'; end $$;
create trigger proof_leaf_stays before update on proof_leaf
for each row when (old.idx is not null or new.hash <> old.hash or new.salt <> old.salt) execute function proof_leaf_refuse();
create trigger proof_leaf_is_kept before delete on proof_leaf
for each row execute function proof_leaf_refuse();
-- @end
