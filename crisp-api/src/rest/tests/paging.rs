#![allow(unreachable_pub, reason = "the macros make public types")]

use futures_util::StreamExt as _;
use serde_json::json;

use super::support::{Reply, Server};
use crate::macros::request;
use crate::{Crisp, Error, PagedRequest};

/// A list with options.
#[derive(Debug, Clone)]
pub(crate) struct List(pub(crate) PagedRequest<u32>);

request!(List(PagedRequest<u32>));

impl List {
    fn new(crisp: &Crisp, page: u32) -> Self {
        let path = "/website/{website_id}/list/{page_number}";
        Self(PagedRequest::new(
            crisp,
            "website.list",
            path,
            &[&"w"],
            page,
        ))
    }

    fn per_page(self, value: u32) -> Self {
        Self(
            self.0
                .in_range("per_page", value, 2..=50)
                .query("per_page", value),
        )
    }

    fn filter(self) -> Self {
        Self(self.0.flag("filter", true).json_query("search", &[1]))
    }
}

fn page(items: &[u32]) -> Reply {
    Reply::data(json!(items))
}

fn uris(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|seen| seen.uri).collect()
}

#[tokio::test]
async fn awaited_it_is_one_page() {
    let server = Server::start([page(&[1, 2]), page(&[3])]).await;
    let crisp = server.client();
    assert_eq!(List::new(&crisp, 4).filter().await.unwrap(), [1, 2]);
    let answer = List::new(&crisp, 5).response().await.unwrap();
    assert_eq!((answer.data, answer.reason.as_str()), (vec![3], "listed"));
    assert_eq!(
        uris(&server),
        [
            "/v1/website/w/list/4?filter=1&search=%5B1%5D",
            "/v1/website/w/list/5"
        ]
    );
}

#[tokio::test]
async fn the_stream_ends_after_an_empty_page() {
    let server = Server::start([page(&[1, 2]), page(&[3]), page(&[])]).await;
    let stream = List::new(&server.client(), 1).stream();
    let items: Vec<u32> = stream.map(Result::unwrap).collect().await;
    assert_eq!(items, [1, 2, 3]);
    assert_eq!(
        uris(&server),
        [1, 2, 3].map(|page| format!("/v1/website/w/list/{page}"))
    );
}

#[tokio::test]
async fn the_stream_ends_after_a_page_shorter_than_asked_for() {
    let server = Server::start([page(&[1, 2]), page(&[3])]).await;
    let stream = List::new(&server.client(), 7).per_page(2).stream();
    let items: Vec<u32> = stream.map(Result::unwrap).collect().await;
    assert_eq!(items, [1, 2, 3]);
    assert_eq!(
        uris(&server),
        [7, 8].map(|page| format!("/v1/website/w/list/{page}?per_page=2"))
    );
}

#[tokio::test]
async fn pages_are_asked_for_when_needed() {
    let server = Server::start([page(&[1, 2]), page(&[3])]).await;
    let mut stream = List::new(&server.client(), 1).stream();
    assert_eq!(server.count(), 0);
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    assert_eq!(stream.next().await.unwrap().unwrap(), 2);
    assert_eq!(server.count(), 1);
    assert_eq!(stream.next().await.unwrap().unwrap(), 3);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn an_error_is_the_last_item() {
    let server = Server::start([page(&[1]), Reply::error(403, "not_allowed")]).await;
    let mut stream = List::new(&server.client(), 1).stream();
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    assert_eq!(
        stream.next().await.unwrap().unwrap_err().reason(),
        Some(&crate::Reason::NotAllowed)
    );
    assert!(stream.next().await.is_none());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn pages_count_from_one() {
    let server = Server::start([page(&[1])]).await;
    let error = List::new(&server.client(), 0).await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidArgument { argument, .. } if argument == "page_number"),
        "{error:?}"
    );
    assert_eq!(server.count(), 0);
    // There is no page after the last number.
    let stream = List::new(&server.client(), u32::MAX).stream();
    assert_eq!(stream.map(Result::unwrap).collect::<Vec<_>>().await, [1]);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_page_identical_to_the_previous_one_ends_the_stream() {
    let server = Server::start(vec![page(&[1, 2]); 9]).await;
    let mut stream = List::new(&server.client(), 1).stream();
    for expected in [1, 2] {
        assert_eq!(stream.next().await.unwrap().unwrap(), expected);
    }
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("identical to the previous one"),
        "{error}"
    );
    assert!(stream.next().await.is_none());
    assert_eq!(server.count(), 2);
}

#[test]
fn a_stream_can_be_moved_to_a_task() {
    fn movable<T: Send + Unpin + 'static>(_: T) {}
    let crisp = Crisp::builder().build().unwrap();
    movable(List::new(&crisp, 1).stream());
    movable(List::new(&crisp, 1).into_future());
}
