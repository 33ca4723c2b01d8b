-- Who changed how a scene is watched for, when, from what to what. Rows are never changed or deleted.
create table scene_change (
  -- UUIDv7.
  id text primary key,
  scene text not null,
  -- 1 for the first change of the scene, then one more each time: two people cannot change the same state.
  revision bigint not null,
  at bigint not null,
  person_id text not null,
  -- As they were called then.
  person_name text not null,
  -- JSON: what was changed, each as {"field", "from", "to"}.
  changes text not null,
  -- Why, in the person's words.
  reason text not null,
  unique (scene, revision)
);
