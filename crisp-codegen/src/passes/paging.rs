//! Turns the response of an operation that takes the number of a page into a page.

use crate::api::{Api, Response, TypeRef};

pub(super) fn run(api: &mut Api) {
    for operation in api.resources.iter_mut().flat_map(|r| &mut r.operations) {
        if operation.path.ends_with("/{page_number}")
            && let Response::Data(TypeRef::List(item)) = &operation.response
        {
            operation.response = Response::Page((**item).clone());
        }
    }
}
