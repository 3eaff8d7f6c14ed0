"""TLS: options, and errors that say what to do when one side does not trust the other."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jmslike.errors import ConnectionLostError, JMSError, JMSSecurityError
from jmslike.options import choice

TLS_OPTIONS: Final[Mapping[str, str]] = {
    "tls_ca": "file with the certificates to trust (default: the system's)",
    "tls_cert": "file with the client's certificate",
    "tls_key": "file with the client's key (default: in the file of the certificate)",
    "tls_verify": "true or false: whether the server's certificate is checked (default: true)",
}

_WRONG_NAME: Final = (62, 64)
"""OpenSSL's codes for a certificate of another host, or of another IP address."""

_ALERT: Final = re.compile(r"alert ([a-z ]*(?:certificate|handshake failure|unknown ca)[a-z ]*)")
"""OpenSSL's text for a refusal by the peer; pika passes on only the text."""

SILENT_REFUSAL: Final = "if the server asks for a client certificate, give tls_cert and tls_key"
"""Hint for a server that closes during the handshake."""


def parse_tls(options: Mapping[str, str]) -> ssl.SSLContext:
    """Read the TLS_OPTIONS and their files. Raises ValueError for one that is not valid."""
    verify = choice("tls_verify", options.get("tls_verify", "true"), {"true": True, "false": False})
    authority, certificate, key = (_file(name, options) for name in ("tls_ca", "tls_cert", "tls_key"))
    if key is not None and certificate is None:
        raise ValueError("option tls_key needs tls_cert, the file with the certificate of the key")
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise ValueError(f"option tls_ca: {authority!r} holds no certificate in PEM ({error})") from error
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        _load_certificate(context, certificate, key)
    return context


def _file(name: str, options: Mapping[str, str]) -> str | None:
    path = options.get(name)
    if path is not None and not Path(path).is_file():
        raise ValueError(f"option {name} is {path!r}, but there is no such file")
    return path


def _load_certificate(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    try:
        context.load_cert_chain(certificate, key, password="")  # else OpenSSL would ask on the terminal
    except OSError as error:
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            why = f"the key in {key or certificate!r} is not that of the certificate in {certificate!r}"
        else:
            key_file = f"no key in {key!r}" if key is not None else "no key beside it, and there is no option tls_key"
            why = f"no certificate in {certificate!r}, or {key_file}; both are in PEM, and not encrypted"
        raise ValueError(f"options tls_cert and tls_key: {why} ({error})") from error


def explained(error: BaseException) -> JMSError:
    """Return the error of a connection that could not be made, for a failure of TLS or of the network."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _WRONG_NAME:
            advice = "connect to the name that the certificate has"
        else:
            advice = "give tls_ca the file of the authority that signed it"
        return JMSSecurityError(
            f"the server's certificate is refused: {error}; {advice}, or accept any with tls_verify=false"
        )
    alert = _ALERT.search(str(error))
    if alert is not None:
        return JMSSecurityError(
            f"the server refuses the client's certificate: {alert[1].strip()}; give tls_cert and tls_key"
        )
    if "ssl" in str(error).lower():
        return ConnectionLostError(f"{error}; is this a port for TLS? {SILENT_REFUSAL}")
    return ConnectionLostError(str(error) or type(error).__name__)
