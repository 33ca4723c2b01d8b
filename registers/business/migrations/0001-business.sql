-- Food businesses, one row for each business at one address (一企一档).
create table business (
  -- UUID.
  id text primary key,
  -- The name on the licence.
  name text not null,
  -- First letters of the name's pinyin, small, for search: 王记面馆 is wjmg.
  initials text not null,
  -- The kind of business (主体业态).
  kind text not null check (kind in (
    'production', 'wholesale', 'sales', 'market', 'catering', 'school_canteen', 'kindergarten_canteen',
    'nursing_home', 'canteen', 'workshop', 'small_catering', 'stall', 'central_kitchen', 'delivery', 'online')),
  -- The finer word for the kind, such as 小型餐馆.
  form text,
  -- Unified social credit code (GB 32100); a stall may have none.
  credit_code text,
  -- Legal person of a company, owner of an individual business. Not public.
  legal_person text not null,
  -- Telephone of the contact. Not public; masked on screens.
  contact_phone text not null,
  -- Place of business as on the licence.
  address text not null,
  -- The grid it lies in, twelve digits; never derived from a code, which keeps the place of issue.
  area_code text not null,
  -- Longitude, WGS 84.
  lon double precision not null,
  -- Latitude, WGS 84.
  lat double precision not null,
  -- Food-safety risk grade, A low to D high; none until graded.
  grade text check (grade in ('A', 'B', 'C', 'D')),
  -- General credit-risk class, A low to D high; none until classified.
  credit text check (credit in ('A', 'B', 'C', 'D')),
  -- Whether the business goes on.
  status text not null check (status in ('active', 'suspended', 'closed')),
  -- Diners a meal for canteens and deliveries, seats for restaurants.
  capacity bigint,
  -- Floor area of the place, square metres.
  floor_area_m2 bigint,
  -- The day on which it began.
  opened_on text not null,
  -- Opening hours, a JSON list of {days, from, to}.
  opening_hours text not null
);
-- Holds all that a page of an area's list is chosen and sorted by, so that only the page's rows are read.
create index business_area on business (area_code, initials, id);
create index business_credit_code on business (credit_code);

-- Licences, registrations and filings of businesses; a renewal is a new row with the old number.
create table licence (
  -- UUID.
  id text primary key,
  -- Whose it is.
  business_id text not null references business (id),
  -- Which certificate it is.
  kind text not null check (kind in (
    'food_operation', 'food_production', 'prepackaged_filing', 'workshop_registration',
    'small_catering_registration', 'stall_card')),
  -- The number on it.
  number text not null,
  -- The office that issued it.
  issuer text not null,
  -- What it allows, in the words of the certificate.
  scope text not null,
  -- The first day on which it holds.
  valid_from text not null,
  -- The last day on which it holds.
  valid_to text not null,
  -- The day on which it was taken back; none while it was not.
  revoked_on text
);
create index licence_business on licence (business_id, valid_to);
create index licence_number on licence (number);
create index licence_valid_to on licence (valid_to);

-- Marks on businesses, such as 明厨亮灶 or 重点监管.
create table business_label (
  -- Which business carries it.
  business_id text not null references business (id),
  -- What it is, for programs.
  code text not null,
  -- What it is, for people.
  title text not null,
  -- Who put it there: an office, or the platform.
  set_by text not null,
  -- The day on which it was put there.
  set_on text not null,
  -- The last day on which it holds; none when it stays.
  expires_on text,
  primary key (business_id, code)
);

-- People who answer for food safety in a business.
create table business_person (
  -- Which business.
  business_id text not null references business (id),
  -- What for.
  role text not null check (role in ('legal_person', 'safety_director', 'safety_officer', 'chef')),
  -- Who. Not public.
  name text not null,
  primary key (business_id, role, name)
);

-- What happened to a business; rows are only ever added.
create table business_history (
  -- UUIDv7.
  id text primary key,
  -- To which business.
  business_id text not null references business (id),
  -- When, µs since 1970 UTC.
  at bigint not null,
  -- Which sort of event: opened, licence, grade, label, status, or a capability's own word.
  kind text not null,
  -- The event in a few words.
  title text not null,
  -- The event in a sentence.
  body text not null
);
create index business_history_of on business_history (business_id, at);
