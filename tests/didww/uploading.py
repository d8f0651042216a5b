"""Files as clients send them: encrypted with the served keys, in a form of the version."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.didww.account import Account, Answer

BOUNDARY = "----a-boundary"
BATCH_UNTIL = "2022-05-10"


def keys(account: Account) -> list[str]:
    """The served keys as PEM, asked for without a key to the account."""
    return [row["attributes"]["key"] for row in account.get("/public_keys", api_key=None).data]


def fingerprint(account: Account) -> str:
    """SHA-1 of each key's DER form (reference 6.4)."""
    found = []
    for pem in keys(account):
        body = "".join(pem.strip().splitlines()[1:-1])
        found.append(hashlib.sha1(base64.b64decode(body)).hexdigest())
    return ":::".join(found)


def container(account: Account, content: bytes) -> bytes:
    """A file as the documents say it is encrypted."""
    secret = os.urandom(48)
    blocks = b"".join(wrap(pem, secret) for pem in keys(account))
    return blocks + encrypt(secret, content)


def wrap(pem: str, secret: bytes) -> bytes:
    key = serialization.load_pem_public_key(pem.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    return key.encrypt(secret, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))


def encrypt(secret: bytes, content: bytes) -> bytes:
    fill = 16 - len(content) % 16
    encryptor = Cipher(algorithms.AES(secret[:32]), modes.CBC(secret[32:])).encryptor()
    return encryptor.update(content + bytes([fill]) * fill) + encryptor.finalize()


def form_of(*parts: tuple[str, str | None, bytes]) -> bytes:
    """A multipart body of (name, filename or None, content)."""
    out = b""
    for name, filename, content in parts:
        head = f'Content-Disposition: form-data; name="{name}"'
        if filename is not None:
            head += f'; filename="{filename}"\r\nContent-Type: application/octet-stream'
        out += f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
    return out + f"--{BOUNDARY}--\r\n".encode()


def send_form(account: Account, *parts: tuple[str, str | None, bytes], **headers: str | None) -> Answer:
    sent: dict[str, Any] = {
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
        "accept": "application/json",
        **headers,
    }
    return account.send("POST", "/encrypted_files", body=form_of(*parts), headers=sent)


def upload(account: Account, *files: bytes, description: str | None = None, print_: str = "") -> Answer:
    """Files in the form of the account's version; `print_` in place of the right fingerprint."""
    batch = (account.version or "") <= BATCH_UNTIL
    base = "encrypted_files[items][]" if batch else "encrypted_files"
    mark = (print_ or fingerprint(account)).encode()
    parts: list[tuple[str, str | None, bytes]] = [("encrypted_files[encryption_fingerprint]", None, mark)]
    for content in files:
        if description is not None:
            name = f"{base}[description]"
            parts.append((name, None, description.encode()))
        parts.append((f"{base}[file]", "file.enc", content))
    return send_form(account, *parts)


def uploaded(account: Account, content: bytes = b"a page") -> str:
    """The id of a fresh upload, whatever the version."""
    answer = upload(account, container(account, content))
    assert answer.status == 201, answer.raw
    if (account.version or "") <= BATCH_UNTIL:
        return answer.body["ids"][0]  # type: ignore[no-any-return]
    return answer.data["id"]  # type: ignore[no-any-return]
