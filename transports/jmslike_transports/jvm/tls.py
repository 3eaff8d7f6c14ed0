"""TLS for Java clients that take no PEM: the files of the options as objects of Java."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any, Final

import jpype

from jmslike_transports.jvm.address import Tls

_KEY: Final = re.compile(rb"-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", re.DOTALL)
_ALGORITHMS: Final = ("RSA", "EC", "EdDSA")
_ENTRY: Final = "jmslike"
_NO_PASSWORD: Final = ""


def trust_managers(tls: Tls) -> Any:
    """Return what decides whom to trust: the certificates of `tls_ca`, else what the JVM trusts."""
    store = None
    if tls.authority is not None:
        store = _empty_store()
        for number, certificate in enumerate(_certificates(tls.authority)):
            store.setCertificateEntry(f"{_ENTRY}{number}", certificate)
    factories = jpype.JClass("javax.net.ssl.TrustManagerFactory")
    factory = factories.getInstance(factories.getDefaultAlgorithm())
    factory.init(jpype.JObject(store, jpype.JClass("java.security.KeyStore")))
    return factory.getTrustManagers()


def key_managers(tls: Tls) -> Any:
    """Return what holds the client's certificate; None if it has none. Raises ValueError for a key in another form."""
    if tls.certificate is None:
        return None
    password = jpype.JString(_NO_PASSWORD).toCharArray()
    store = _empty_store()
    store.setKeyEntry(_ENTRY, _private_key(tls.key or tls.certificate), password, _certificates(tls.certificate))
    factories = jpype.JClass("javax.net.ssl.KeyManagerFactory")
    factory = factories.getInstance(factories.getDefaultAlgorithm())
    factory.init(store, password)
    return factory.getKeyManagers()


def ssl_context(tls: Tls, trust: Any = None) -> Any:
    """Return the context for both sides; `trust` are other trust managers than those of the options."""
    context = jpype.JClass("javax.net.ssl.SSLContext").getInstance("TLS")
    context.init(key_managers(tls), trust_managers(tls) if trust is None else trust, None)
    return context


def require_verification(tls: Tls, client: str) -> None:
    """Raise ValueError for `tls_verify=false`, which this client has not."""
    if not tls.verify:
        raise ValueError(f"option tls_verify: {client} cannot trust every server; give tls_ca the certificate of yours")


def _empty_store() -> Any:
    store = jpype.JClass("java.security.KeyStore").getInstance("PKCS12")
    store.load(None, None)
    return store


def _certificates(file: str) -> Any:
    """Return the certificates of the file as an array, whatever else the file has."""
    text = Path(file).read_bytes()
    found = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
    factory = jpype.JClass("java.security.cert.CertificateFactory").getInstance("X.509")
    stream = jpype.JClass("java.io.ByteArrayInputStream")(jpype.JArray(jpype.JByte)(b"\n".join(found)))
    certificates = factory.generateCertificates(stream)
    return jpype.JArray(jpype.JClass("java.security.cert.Certificate"))(list(certificates))


def _private_key(file: str) -> Any:
    found = _KEY.search(Path(file).read_bytes())
    if found is None:
        raise ValueError(
            f"options tls_cert and tls_key: Java reads a key as PKCS #8, and {file!r} has none; "
            "openssl pkcs8 -topk8 -nocrypt converts it"
        )
    spec = jpype.JClass("java.security.spec.PKCS8EncodedKeySpec")(jpype.JArray(jpype.JByte)(base64.b64decode(found[1])))
    for algorithm in _ALGORITHMS:
        try:
            return jpype.JClass("java.security.KeyFactory").getInstance(algorithm).generatePrivate(spec)
        except jpype.JException:
            continue
    raise ValueError(f"options tls_cert and tls_key: the key in {file!r} is none of {', '.join(_ALGORITHMS)}")
