-- Everybody who signs in: officers, business people, administrators.
create table person (
  id text primary key,
  -- The name typed at sign-in; lower case.
  account text not null unique,
  name text not null,
  -- Which post is held; decides what may be done.
  post text not null,
  -- How far the post reaches: 'area' with a code, 'business' with an id, or 'nothing'.
  reach_kind text not null check (reach_kind in ('area', 'business', 'nothing')),
  reach text not null,
  -- Argon2id in PHC form; null means that no password was set and nobody can sign in.
  password_hash text,
  -- Wrong passwords since the last right one.
  failures bigint not null default 0,
  -- No attempt is even looked at before this instant.
  locked_until bigint,
  -- Since when the account may not be used.
  disabled_at bigint,
  created_at bigint not null
);
create index person_by_reach on person (reach_kind, reach);

-- Signed-in browsers and programs.
create table session (
  -- SHA-256 of the token; the token itself is only in the cookie.
  token_hash text primary key,
  person_id text not null references person (id),
  created_at bigint not null,
  last_seen_at bigint not null,
  -- The end, whatever is done.
  expires_at bigint not null
);
create index session_by_person on session (person_id);
