-- What happened, for screens that follow along; kept for a while so that a screen that lost its
-- connection is told what it missed.
create table live_event (
  -- UUIDv7: the order in which a screen resumes.
  id text primary key,
  at bigint not null,
  -- Such as `alert.raised`.
  kind text not null,
  -- Who may follow it: those who may do this act where it happened.
  needs text not null,
  -- Where it happened.
  area_code text not null,
  -- Which business it concerns, if one.
  business_id text,
  -- JSON for the screen: ids and titles, nothing secret.
  data text not null
);
create index live_event_by_time on live_event (at);
