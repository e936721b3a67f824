//! The passes that adapt what progenitor decides to what users of the crate get. Each does one thing; CONTRIBUTING.md
//! lists them, and why.

use crate::api::Api;

mod aliases;
mod documentation;
mod names;
mod open;
mod paging;
mod usage;

pub(crate) use names::variant_name;

/// Runs every pass.
pub(crate) fn run(api: &mut Api) {
    documentation::run(api);
    aliases::run(api);
    paging::run(api);
    names::run(api);
    usage::run(api);
    open::run(api);
}
