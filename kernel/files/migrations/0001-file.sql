-- Evidence: every picture, clip and paper, by the hash of its bytes. Rows are never changed or deleted here.
create table file (
  id text primary key,
  -- SHA-256 of the bytes, lower-case hex; also where the bytes lie in the store.
  sha256 text not null,
  -- As the bytes say, not as the sender claims.
  mime text not null,
  -- As the sender named it, without a path.
  name text not null,
  size_bytes bigint not null,
  -- Who sent it; null when the platform made it.
  person_id text,
  created_at bigint not null
);
create index file_by_hash on file (sha256);

-- Every context a file was put into: who may do the act there, may read it.
create table file_link (
  file_id text not null references file (id),
  -- The act one must be allowed.
  needs text not null,
  -- Where.
  area_code text not null,
  -- Of which business; empty when of none.
  business_id text not null,
  primary key (file_id, needs, area_code, business_id)
);
