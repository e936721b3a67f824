//! HTTPS with each cryptography provider, and without TLS.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

use crisp_api::{Crisp, Error, Method, TransportError, TransportErrorKind};
use serde_json::Value;

async fn send(crisp: Result<Crisp, Error>) -> Result<Value, Error> {
    crisp.unwrap().request(Method::GET, "/plans").await
}

fn transport(result: Result<Value, Error>) -> Box<TransportError> {
    match result {
        Err(Error::Transport(error)) => error,
        other => panic!("a transport error, not {other:?}"),
    }
}

#[cfg(not(feature = "__rustls"))]
#[tokio::test]
async fn without_tls_an_error_names_the_features() {
    let crisp = Crisp::builder().base_url("https://127.0.0.1:1").build();
    let error = transport(send(crisp).await);
    assert_eq!((error.kind, error.sent), (TransportErrorKind::NoTls, false));
    assert!(error.to_string().contains("`rustls-ring`"), "{error}");
    assert!(!Error::Transport(error).is_retryable());
}

#[cfg(feature = "__rustls")]
#[path = "support/tls.rs"]
mod support;

#[cfg(feature = "__rustls")]
mod with_tls {
    use std::env;
    use std::process::Command;

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use crisp_api::Retry;
    use crisp_api::reqwest::{Certificate, Client};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::rustls::crypto::CryptoProvider;

    use super::support::self_signed;
    use super::*;

    /// The base URL of the server, for a test that runs itself in another process.
    const URL: &str = "TLS_TEST_URL";

    /// reqwest has the provider aws-lc, but not ring.
    const RING: bool = cfg!(all(feature = "rustls-ring", not(feature = "rustls-aws-lc")));

    fn client(base_url: &str) -> crisp_api::Builder {
        Crisp::builder().base_url(base_url).retry(Retry::none())
    }

    /// Starts a server with a self-signed certificate, and returns its base URL and the certificate.
    async fn server() -> (String, Vec<u8>) {
        let (acceptor, certificate) = self_signed();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // A client that rejects the certificate ends the handshake.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        stream.read_buf(&mut request).await.unwrap();
                    }
                    let body = r#"{"error":false,"reason":"listed","data":1}"#;
                    let length = body.len();
                    let head =
                        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json";
                    let reply = format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}");
                    stream.write_all(reply.as_bytes()).await.unwrap();
                    stream.shutdown().await.unwrap();
                }
            }
        });
        (base_url, certificate)
    }

    /// Runs the test `name` in another process, with the certificates in the file `roots`.
    async fn run_alone(name: &str, base_url: &str, roots: Option<&str>) {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", name])
            .env(URL, base_url)
            .env("NO_PROXY", "127.0.0.1");
        if let Some(roots) = roots {
            command.env("SSL_CERT_FILE", roots);
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn default_settings_verify_certificates_and_install_no_provider() {
        let Ok(base_url) = env::var(URL) else {
            let (base_url, _) = server().await;
            let name = "with_tls::default_settings_verify_certificates_and_install_no_provider";
            return run_alone(name, &base_url, None).await;
        };
        assert_eq!(
            transport(send(client(&base_url).build()).await).kind,
            TransportErrorKind::Certificate
        );
        assert!(CryptoProvider::get_default().is_none());
    }

    /// The root of a company is in the store of the system, or in this file.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn default_settings_trust_the_certificates_of_the_system() {
        let Ok(base_url) = env::var(URL) else {
            let (base_url, certificate) = server().await;
            let roots = env::temp_dir().join(format!("crisp-api-roots-{}.pem", std::process::id()));
            std::fs::write(&roots, pem(&certificate)).unwrap();
            let name = "with_tls::default_settings_trust_the_certificates_of_the_system";
            run_alone(name, &base_url, roots.to_str()).await;
            return std::fs::remove_file(roots).unwrap();
        };
        assert_eq!(send(client(&base_url).build()).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn certificates_can_be_set() {
        let (base_url, certificate) = server().await;
        let certificate = Certificate::from_der(&certificate).unwrap();
        let settings = move |trusted: bool| {
            let certificates = trusted.then(|| certificate.clone());
            move || {
                Client::builder()
                    .no_proxy()
                    .tls_certs_only(certificates.clone())
            }
        };
        let trusting = client(&base_url).http_client(settings(true)).build();
        assert_eq!(send(trusting).await.unwrap(), 1);
        assert_eq!(CryptoProvider::get_default().is_some(), RING);

        let pinned = client(&base_url).http_client(settings(false)).build();
        assert_eq!(
            transport(send(pinned).await).kind,
            TransportErrorKind::Certificate
        );
    }

    fn pem(certificate: &[u8]) -> String {
        let text = BASE64_STANDARD.encode(certificate);
        let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
        let lines = lines.collect::<Vec<_>>().join("\n");
        format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    }
}
