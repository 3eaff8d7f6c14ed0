"""Certificates of authorities of our own, made by openssl."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.brokers.software import program, run

KEY_PAIR = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
LIFETIME = ("-days", "3650")  # longer than the folder of a broker is kept
EXTENSIONS = """
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class Credentials(NamedTuple):
    """A certificate and its key, each in a file."""

    certificate: str
    key: str


class Authority:
    """Signs certificates; raises UnavailableError on machines without openssl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = str(folder / "authority.pem")
        self._key = str(folder / "authority.key")
        openssl(
            *("req", "-x509", *KEY_PAIR, *LIFETIME, "-subj", f"/CN={folder.name}"),
            *("-addext", "keyUsage = critical, keyCertSign"),
            *("-keyout", self._key, "-out", self.file),
        )

    def certify(self, name: str, extension: str) -> Credentials:
        certificate, key, request, extensions = (
            str(self._folder / f"{name}.{kind}") for kind in ("pem", "key", "request", "extensions")
        )
        Path(extensions).write_text(EXTENSIONS + extension)
        openssl("req", "-new", *KEY_PAIR, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl(
            *("x509", "-req", *LIFETIME, "-in", request, "-extfile", extensions, "-out", certificate),
            *("-CA", self.file, "-CAkey", self._key, "-CAcreateserial"),
        )
        return Credentials(certificate, key)


def openssl(*arguments: str) -> None:
    run(program("openssl"), *arguments)
