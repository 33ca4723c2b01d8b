-- The command tree: a city, its districts, their supervision stations, their grids.
create table area (
  -- Hierarchical code: a district's begins with its city's, a grid's (twelve digits) with its station's.
  code text primary key,
  -- The name as people say it, without those of the areas around it.
  name text not null,
  -- Its level in the tree.
  kind text not null check (kind in ('city', 'district', 'station', 'grid')),
  -- The area it lies in; none for the city.
  parent text,
  -- The first day on which the area exists.
  valid_from text not null,
  -- The last day on which it exists; none while it does.
  valid_to text
);

-- What the map draws.
create table area_shape (
  -- The area's code, or a name of its own such as river/柳溪.
  code text primary key,
  -- What it is, by which the map styles it.
  kind text not null check (kind in ('city', 'district', 'station', 'grid', 'river', 'road', 'street')),
  -- The word written beside it.
  name text not null,
  -- A GeoJSON geometry, WGS 84.
  geometry text not null
);
