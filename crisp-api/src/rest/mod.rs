//! The life of a request: built, sent, retried, and its response decoded.

mod paging;
mod path;
mod request;
mod response;
mod retry;
mod send;
mod trace;
// Apart, for clippy to see that these are tests.
#[cfg(test)]
mod tests;

pub use paging::PagedRequest;
pub use request::{Request, RequestFuture};
pub use response::Response;
pub use retry::Retry;
pub(crate) use retry::RetryBudget;
