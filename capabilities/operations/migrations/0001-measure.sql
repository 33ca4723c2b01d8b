-- What is measured of the machine every hour, so that a trend can be told. Kept for thirty days.
create table machine_measure (
  -- Such as `disk.free`.
  name text not null,
  at bigint not null,
  -- Bytes.
  value bigint not null,
  primary key (name, at)
);
