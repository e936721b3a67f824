//! The workloads that the benchmarks share: clients, server and payloads.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "each benchmark uses a part of it"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark may stop at an unexpected value"
)]

pub mod bare;
mod calls;
mod decode;
#[cfg(feature = "webhooks")]
pub mod delivery;
pub mod payload;
mod server;

pub use bare::Bare;
pub use calls::{Client, CrispApi, Fixture};
pub use decode::{AnyValue, Types};
pub use server::Server;

pub const WEBSITE_ID: &str = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
pub const SESSION_ID: &str = "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881";
pub const TEXT: &str = "Your parcel is on its way: https://acme.example/track/1024";
