"""The two key pairs, and containers opened without a server around them."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from didww.encrypt import Encrypt
from hypothesis import given
from hypothesis import strategies as st

from mockserver.providers.didww import crypto
from mockserver.providers.didww.crypto import fingerprint, key_pairs, open_container, prime, public_pem


def test_primes_are_prime() -> None:
    """Fermat to five bases, which the builder's Miller-Rabin search is checked against."""
    primes = [p for pair in key_pairs() for p in pair.primes]
    assert len(set(primes)) == 4
    for p in primes:
        assert p.bit_length() == 2048
        assert all(pow(base, p - 1, p) == 1 for base in (2, 3, 5, 7, 11))
        assert (p - 1) % crypto.EXPONENT


def test_public_halves_belong_to_the_primes() -> None:
    for pair in key_pairs():
        key = serialization.load_pem_public_key(pair.pem.encode())
        assert isinstance(key, rsa.RSAPublicKey)
        assert key.key_size == 4096
        numbers = key.public_numbers()
        assert (numbers.e, numbers.n) == (65537, pair.primes[0] * pair.primes[1])
        assert public_pem(pair.primes) == pair.pem


def test_prime_follows_from_its_phrase() -> None:
    assert prime("a", 0) == prime("a", 0) == prime("a", 1) - 2
    assert prime("a", 0) != prime("b", 0)
    assert prime("a", 0) % 2 == 1


def test_fingerprint_is_that_of_the_official_client() -> None:
    pems = [pair.pem for pair in key_pairs()]
    assert fingerprint() == Encrypt.calculate_fingerprint(pems)
    bodies = ["".join(pem.strip().splitlines()[1:-1]) for pem in pems]
    hashes = [hashlib.sha1(base64.b64decode(body)).hexdigest() for body in bodies]
    assert fingerprint() == ":::".join(hashes)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 5000])
def test_container_of_the_official_client_is_opened(size: int) -> None:
    content = os.urandom(size)
    opened = open_container(Encrypt.encrypt_with_keys(content, [pair.pem for pair in key_pairs()]))
    assert (opened.content, opened.keys, opened.problem) == (content, "AB", "")


@given(st.binary(max_size=2000))
def test_any_bytes_are_no_trouble(data: bytes) -> None:
    assert open_container(data).problem


def test_container_with_the_keys_in_the_wrong_order_is_told() -> None:
    data = Encrypt.encrypt_with_keys(b"x", [pair.pem for pair in reversed(key_pairs())])
    opened = open_container(data)
    assert (opened.content, opened.keys, opened.problem) == (None, "", "neither key opens its block")


def test_library_is_not_imported_before_the_first_upload() -> None:
    code = (
        "import sys; from mockserver.app import create_app; from mockserver.settings import Settings;"
        "app = create_app(Settings(log_format='off'));"
        "answer = app.handle('GET', '/didww/v3/public_keys', '', {'host': 'x'}, b'');"
        "assert answer.status == 200, answer.body;"
        "sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
