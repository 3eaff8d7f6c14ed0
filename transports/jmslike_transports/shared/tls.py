"""Connections over TLS: their options, and what to do when one side does not trust the other."""

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
    "tls_verify": "true or false: whether the server must prove who it is (default: true)",
}

_WRONG_NAME: Final = (62, 64)
"""What OpenSSL calls a certificate of another host, or of another IP address."""

_ALERT: Final = re.compile(r"alert ([a-z ]*(?:certificate|handshake failure|unknown ca)[a-z ]*)")
"""What OpenSSL says when the other side refuses; pika passes on no more than the words."""

SILENT_REFUSAL: Final = "if it wants a certificate of the client, tls_cert and tls_key say which"
"""What may be meant by a server that ends a new connection without a word."""


def parse_tls(options: Mapping[str, str]) -> ssl.SSLContext:
    """Read the TLS_OPTIONS and their files. Raises ValueError that says what is wrong."""
    verify = choice("tls_verify", options.get("tls_verify", "true"), {"true": True, "false": False})
    authority, certificate, key = (_file(name, options) for name in ("tls_ca", "tls_cert", "tls_key"))
    if key is not None and certificate is None:
        raise ValueError("option tls_key needs tls_cert, the file with the certificate that the key is for")
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise ValueError(f"option tls_ca: {authority!r} holds no certificate in PEM ({error})") from error
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        _show(context, certificate, key)
    return context


def _file(name: str, options: Mapping[str, str]) -> str | None:
    path = options.get(name)
    if path is not None and not Path(path).is_file():
        raise ValueError(f"option {name} is {path!r}, but there is no such file")
    return path


def _show(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    try:
        context.load_cert_chain(certificate, key, password="")  # else OpenSSL would ask at the terminal
    except OSError as error:
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            why = f"the key in {key or certificate!r} is not that of the certificate in {certificate!r}"
        else:
            key_file = f"no key in {key!r}" if key is not None else "no key beside it, and there is no option tls_key"
            why = f"no certificate in {certificate!r}, or {key_file}; both are in PEM, and not encrypted"
        raise ValueError(f"options tls_cert and tls_key: {why} ({error})") from error


def explained(error: BaseException) -> JMSError:
    """Give the error of a connection that did not come about over a failure of TLS or of the network."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _WRONG_NAME:
            advice = "connect to the name that the certificate has"
        else:
            advice = "give tls_ca the file of the authority that signed it"
        return JMSSecurityError(
            f"the server's certificate is refused: {error}; {advice}, or let tls_verify=false take any"
        )
    alert = _ALERT.search(str(error))
    if alert is not None:
        return JMSSecurityError(
            f"the server refuses the client over its certificate: {alert[1].strip()}; tls_cert and tls_key say which"
        )
    if "ssl" in str(error).lower():
        return ConnectionLostError(f"{error}; is this a port for TLS? {SILENT_REFUSAL}")
    return ConnectionLostError(str(error) or type(error).__name__)
