-- Who deals with a matter, and how its last act is taken back.
alter table matter add column handler_id text;            -- 承办人; null while it waits in the post's queue
alter table matter add column handler_name text;          -- that person's name then
alter table matter add column handler_post text;          -- the post in which they deal with it
alter table matter add column undo text;                  -- how it stood before the last act, as JSON; null when that act stays
alter table matter add column urged bigint not null default 0; -- how often 催办 was done
create index matter_by_handler on matter (handler_id, is_end, due_at);

-- 代理: in whose stead the actor acted.
alter table matter_history add column stead_id text;      -- the person acted for; null when one acted for oneself
alter table matter_history add column stead_name text;    -- that person's name then

-- An alarm may be for one person of the post.
alter table matter_alarm add column to_person text;       -- the person; null for everybody who holds the post

-- Offices that a matter was handed on from; they still read it.
create table matter_reader (
  matter_id text not null references matter (id), -- the matter
  area_code text not null,             -- the office that dealt with it before
  at bigint not null,                  -- since when it only reads
  primary key (matter_id, area_code)
);
create index matter_reader_by_area on matter_reader (area_code);

-- 会签 and 加签: whose opinion was asked, and what came.
create table matter_sign (
  matter_id text not null references matter (id), -- the matter
  round bigint not null,               -- the place in the history of the act that asked
  nth bigint not null,                 -- 1, 2, 3 … within the round
  kind text not null check (kind in ('all', 'any', 'add')), -- all must agree, one is enough, or one more opinion
  person_id text,                      -- who is asked; null for anybody of the post
  post text not null,                  -- the post of that person, or the post asked
  name text not null,                  -- the person's name or the post's title then
  asked_by text,                       -- who asked
  answer text not null check (answer in ('open', 'agreed', 'refused', 'ended')), -- what came
  is_open boolean not null,            -- the round is not over
  primary key (matter_id, round, nth)
);
create index matter_sign_open on matter_sign (is_open, person_id, post);

-- 代理: who acts for whom, from a day to a day.
create table matter_deputy (
  id text primary key,                 -- the delegation
  person_id text not null,             -- who is away
  person_name text not null,           -- that person's name then
  deputy_id text not null,             -- who acts for them
  deputy_name text not null,           -- that person's name then
  from_day text not null,              -- first day
  to_day text not null,                -- last day
  reason text not null,                -- why
  made_at bigint not null,             -- when it was made
  ended_at bigint                      -- when it was called back before its last day
);
create index matter_deputy_by_deputy on matter_deputy (deputy_id, to_day);
create index matter_deputy_by_person on matter_deputy (person_id, to_day);
