-- What the end of a clock was counted from, so that an extended or paused one can be counted again.
alter table matter_clock add column counted text; -- JSON: how it is counted and its pieces (begun, extended, paused); null in rows of before
