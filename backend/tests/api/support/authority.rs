//! An authority that certifies the tests' mail servers; test servers trust it.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::sync::{Arc, LazyLock};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

static KNOWN: LazyLock<Authority> = LazyLock::new(make);

fn make() -> Authority {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("a certificate");
    Authority {
        pem: certificate.pem(),
        issuer: Issuer::new(params, key),
    }
}

/// Its certificate.
pub fn pem() -> &'static [u8] {
    KNOWN.pem.as_bytes()
}

/// What a server of this name or address shows; certified by the authority, or by one that nobody
/// knows.
pub fn acceptor(name: &str, trusted: bool) -> TlsAcceptor {
    let unknown;
    let authority = if trusted {
        &*KNOWN
    } else {
        unknown = make();
        &unknown
    };
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &authority.issuer).expect("signed");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a configuration");
    TlsAcceptor::from(Arc::new(config))
}
