-- Signing in as an office does: which device a session is on, lockout by the name that was typed,
-- one-time passwords, second factors, and the log of it all.

-- The session's name on the screen; it opens nothing, unlike the token.
alter table session add column id text not null default '';
-- The browser or program, as it names itself.
alter table session add column device text not null default '';
-- Where it was begun from.
alter table session add column address text not null default '';
update session set id = substr(token_hash, 1, 8) || '-' || substr(token_hash, 9, 4) || '-' || substr(token_hash, 13, 4)
  || '-' || substr(token_hash, 17, 4) || '-' || substr(token_hash, 21, 12);
create unique index session_by_id on session (id);

-- The password was given out by an administrator: good until then, and to be changed at the first sign-in.
alter table person add column password_once_until bigint;
-- Failures are counted by the name typed, whether there is such an account or not.
alter table person drop column failures;
alter table person drop column locked_until;
create table sign_in_failure (
  -- SHA-256 of the account that was typed; a password typed into the wrong box is not kept.
  account_hash text primary key,
  -- Wrong passwords and codes in a row.
  failures bigint not null,
  -- No attempt is even looked at before this instant.
  locked_until bigint,
  last_at bigint not null
);
create index sign_in_failure_by_time on sign_in_failure (last_at);

-- Sign-ins whose password was right and whose second factor is awaited.
create table sign_in_step (
  -- SHA-256 of the ticket; the ticket itself is only with the caller.
  ticket_hash text primary key,
  person_id text not null references person (id),
  expires_at bigint not null
);
create index sign_in_step_by_person on sign_in_step (person_id);

-- A person's authenticator (RFC 6238).
create table second_factor (
  person_id text primary key references person (id),
  -- Base32. The codes are made from it, so it cannot be a hash.
  secret text not null,
  -- Since when it is asked for; null while the person has not shown a right code yet.
  confirmed_at bigint,
  -- The last time step whose code was used: none is taken twice.
  last_step bigint not null
);

-- Codes for the day on which the phone is lost, each good once.
create table recovery_code (
  person_id text not null references person (id),
  -- SHA-256 of the code, which has 80 random bits.
  code_hash text not null,
  used_at bigint,
  primary key (person_id, code_hash)
);

-- Who did what with accounts, posts and sessions. Rows are only ever added.
create table audit_entry (
  -- UUIDv7: the order in which it happened.
  id text primary key,
  at bigint not null,
  -- Such as `sign_in.failed`, `post.granted`.
  act text not null,
  -- Who did it; null for a stranger or somebody at the server itself.
  actor_id text,
  -- The account and name then; empty for a stranger.
  actor text not null,
  -- To whom it was done, when to another or to somebody who is not signed in.
  subject_id text,
  subject text not null,
  -- From where, and with what.
  address text not null,
  device text not null,
  -- The particulars as JSON; never a secret.
  detail text not null
);
create index audit_entry_by_time on audit_entry (at);
create index audit_entry_by_actor on audit_entry (actor_id, at);
create index audit_entry_by_subject on audit_entry (subject_id, at);

-- The log is a record: the database itself refuses to change it.
-- @sqlite
create trigger audit_entry_stays before update on audit_entry
begin select raise(abort, 'the audit log is not changed'); end;
create trigger audit_entry_is_kept before delete on audit_entry
begin select raise(abort, 'the audit log is not deleted'); end;
-- @end
-- @postgres
create function audit_entry_refuse() returns trigger language plpgsql as
$$ begin raise exception 'the audit log is not changed'; end $$;
create trigger audit_entry_stays before update or delete on audit_entry
for each row execute function audit_entry_refuse();
create trigger audit_entry_is_not_emptied before truncate on audit_entry
for each statement execute function audit_entry_refuse();
-- @end
