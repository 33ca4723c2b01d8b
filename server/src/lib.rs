//! The one binary: configuration → database → every module → HTTP and workers.
//!
//! Start reading at `App::start`.

pub mod app;
pub mod assets;
pub mod config;
pub mod demo;
pub mod health;
pub mod http;
pub mod metrics;
pub mod operate;
pub mod parties;
pub mod proof;
mod staff;
pub mod tools;
