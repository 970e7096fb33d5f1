"""Secrets that must be read again lie sealed in the database: a copy of it alone tells none."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cti.base.files import secret

KEY_FILE: Final = "users-key"
"""In the state folder, mode 0600: what opens the second steps' secrets."""
_NONCE: Final = 12
SEALED_LENGTH: Final = 64
"""Characters of a sealed second step: nonce, 160 bits (RFC 4226 §4), tag, in base 64."""


class Unreadable(Exception):
    """It was sealed with another key, for somebody else, or was changed."""


@dataclass(frozen=True, slots=True)
class Seal:
    """AES-256-GCM (NIST SP 800-38D); keys by HKDF (RFC 5869) from the key file's."""

    key: bytes = field(repr=False)
    _aead: AESGCM = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_aead", AESGCM(self._derived(b"sealing")))

    @classmethod
    def of(cls, folder: Path) -> Self:
        """With the key of this state folder, made on first use."""
        return cls(secret(folder / KEY_FILE).encode())

    def seal(self, plain: bytes, whose: str) -> str:
        """Text that only this key opens, and only for the same `whose`."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._aead.encrypt(nonce, plain, whose.encode())
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str, whose: str) -> bytes:
        """What was sealed. Unreadable when it cannot be."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return self._aead.decrypt(raw[:_NONCE], raw[_NONCE:], whose.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error

    def blurred(self, text: str) -> str:
        """Always the same for the same text, and nobody without the key can tell which."""
        return hmac.new(self._derived(b"blurring"), text.encode(), hashlib.sha256).hexdigest()

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=purpose).derive(self.key)
