//! Pages of a list.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use shian_base::Error;
use utoipa::{IntoParams, ToSchema};

use crate::Problem;

/// Which page of a list is wanted: `?page=1&page_size=50`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Page {
    /// The first page is 1.
    #[param(minimum = 1, default = 1)]
    pub page: i64,
    /// Rows of a page, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub page_size: i64,
}

impl Default for Page {
    fn default() -> Self {
        Self { page: 1, page_size: 50 }
    }
}

impl Page {
    pub fn offset(&self) -> i64 {
        (self.page - 1) * self.page_size
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(page) = Query::<Page>::from_request_parts(parts, state)
            .await
            .map_err(|error| Error::invalid("page", "web.page", error.body_text()))?;
        if !(1..=1_000_000).contains(&page.page) {
            return Err(Error::invalid("page", "web.page", "pages are counted from 1").into());
        }
        if !(1..=200).contains(&page.page_size) {
            return Err(Error::invalid("page_size", "web.page", "a page has 1 to 200 rows").into());
        }
        Ok(page)
    }
}

/// One page of a list and how long the whole list is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paged<T> {
    pub items: Vec<T>,
    pub total: i64,
    pub page: i64,
    pub page_size: i64,
}

impl<T> Paged<T> {
    pub fn new(items: Vec<T>, total: i64, page: Page) -> Self {
        Self { items, total, page: page.page, page_size: page.page_size }
    }
}
