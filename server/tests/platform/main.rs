//! The whole platform without its listener: every endpoint's refusals, the generated papers, a story end to end.

mod acts;
mod bad_days;
mod forward;
mod house;
mod kill;
mod papers;
mod proof;
mod refusals;
mod signin;
mod site_folder;
mod years;
