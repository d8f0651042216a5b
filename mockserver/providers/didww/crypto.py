"""The two key pairs of `/public_keys`, and the container that clients encrypt files into (reference 6.4).

The keys are test keys: their primes follow from phrases in `fixtures/didww/public_keys.json`, so anybody
has the private halves, every server has the same ones, and no private key lies around as a file. The
library `cryptography` is imported when the first file is looked into.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha1, shake_256
from math import lcm
from typing import TYPE_CHECKING, Any

from mockserver.core.data import load_fixture

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

EXPONENT = 65537
PRIME_BYTES = 256  # two of them make the 4096 bits of the recorded keys
BLOCK = 2 * PRIME_BYTES  # what RSA makes of the key and the initialisation vector, once a key pair
KEY, VECTOR = 32, 16
_PADDED = 16


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One of the two. `pem` is the public half, as it is served."""

    id: str
    pem: str
    primes: tuple[int, int]

    @property
    def fingerprint(self) -> str:
        """SHA-1 of the public key's DER form, in hexadecimal digits."""
        body = "".join(line for line in self.pem.splitlines() if not line.startswith("-"))
        return sha1(b64decode(body)).hexdigest()


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a container: the file, or why it does not decrypt. `keys` are those that opened it."""

    content: bytes | None
    keys: str = ""
    problem: str = ""


def prime(phrase: str, offset: int) -> int:
    """The prime that a phrase leads to: `offset` is the way from the phrase's own odd number, in twos."""
    start = int.from_bytes(shake_256(phrase.encode()).digest(PRIME_BYTES), "big")
    return (start | 3 << (8 * PRIME_BYTES - 2) | 1) + 2 * offset


@cache
def key_pairs() -> tuple[KeyPair, ...]:
    """A and B, in the order in which they are served and used."""
    rows: list[Mapping[str, Any]] = load_fixture("didww/public_keys.json")
    return tuple(
        KeyPair(row["id"], row["key"], (prime(*row["primes"][0]), prime(*row["primes"][1]))) for row in rows
    )


@cache
def fingerprint() -> str:
    """What an upload must carry: both fingerprints with `:::` between them."""
    return ":::".join(pair.fingerprint for pair in key_pairs())


def open_container(data: bytes) -> Opened:
    """Decrypt a client's container: A's block, B's block, then AES-256-CBC with PKCS#7 padding."""
    cipher = data[2 * BLOCK :]
    if not cipher or len(cipher) % _PADDED:
        return Opened(None, problem="it is no container: two RSA blocks and whole AES blocks are wanted")
    secrets = [_unwrap(index, data[index * BLOCK : (index + 1) * BLOCK]) for index in (0, 1)]
    opening = "".join(name for name, secret in zip("AB", secrets, strict=True) if secret is not None)
    known = {secret for secret in secrets if secret is not None}
    if not known:
        return Opened(None, problem="neither key opens its block")
    if len(known) > 1:
        return Opened(None, opening, "the two blocks hold different AES keys")
    secret = known.pop()
    if len(secret) != KEY + VECTOR:
        return Opened(None, opening, f"a block holds {len(secret)} bytes, not {KEY + VECTOR}")
    content = _decrypt(secret[:KEY], secret[KEY:], cipher)
    if content is None:
        return Opened(None, opening, "the AES part has no PKCS#7 padding")
    problem = "" if opening == "AB" else f"only key {opening} opens its block"
    return Opened(content, opening, problem)


@cache
def _private(index: int) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    p, q = key_pairs()[index].primes
    d = pow(EXPONENT, -1, lcm(p - 1, q - 1))
    return rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(EXPONENT, p * q),
    ).private_key(unsafe_skip_rsa_key_validation=True)  # the same numbers at every start, tested


def _unwrap(index: int, block: bytes) -> bytes | None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    try:
        return _private(index).decrypt(
            block, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=None)
        )
    except ValueError:
        return None


def _decrypt(key: bytes, vector: bytes, data: bytes) -> bytes | None:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    fill = padded[-1]
    if not 1 <= fill <= _PADDED or padded[-fill:] != bytes([fill]) * fill:
        return None
    return padded[:-fill]


def public_pem(primes: Iterable[int]) -> str:
    """The public half of a key pair as PEM (SubjectPublicKeyInfo)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    p, q = primes
    key = rsa.RSAPublicNumbers(EXPONENT, p * q).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()
