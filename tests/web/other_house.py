"""A small real OpenID provider on the loopback: description, keys, authorisation code with PKCE.
It can be told to lie in one way at a time."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "denggao-test", "a-secret-of-the-test"


class House:
    """``lie``: what the next token says falsely; ``name``: who comes."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.foreign_key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.codes: dict[str, dict[str, str]] = {}
        self.lie, self.name = "", "clerk"
        self.asked: list[str] = []

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """The person has said yes: back, with a code."""
        assert query["client_id"] == CLIENT
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        state = "of-somebody-else" if self.lie == "state" else query["state"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': state})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """For a code and the verifier of its challenge, once."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if authorization != f"Basic {basic}" or asked is None or self.lie == "refuse":
            return 400, {"error": "invalid_grant"}
        if proven != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": "https://elsewhere.example" if self.lie == "issuer" else self.issuer,
            "aud": "another-client" if self.lie == "audience" else CLIENT,
            "sub": "17", "iat": now - 3600 if self.lie == "expired" else now,
            "exp": now - 1800 if self.lie == "expired" else now + 300,
            "nonce": "of-somebody-else" if self.lie == "nonce" else asked["nonce"],
            "preferred_username": self.name,
        }  # fmt: skip
        for name in ("nonce", "exp", "aud"):
            if self.lie == f"no {name}":
                claims.pop(name)
        answer = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300}
        if self.lie == "unsigned":
            parts = ({"alg": "none"}, claims)
            told = (base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts)
            return 200, answer | {"id_token": b".".join([*told, b""]).decode()}
        if self.lie != "no token":
            key = self.foreign_key if self.lie == "signature" else self.key
            answer["id_token"] = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return 200, answer


@contextmanager
def house() -> Iterator[House]:
    """Serves until the block ends."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            there.asked.append(where.path)
            if where.path == "/.well-known/openid-configuration":
                self.say(200, there.description())
            elif where.path == "/keys":
                self.say(200, {"keys": [there.key.as_dict(private=False)]})
            else:
                self.say(404, {})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
            self.say(*there.token(form, self.headers.get("Authorization", "")))

        def say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    there = House(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
