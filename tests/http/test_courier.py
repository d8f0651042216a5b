"""The courier against real receivers on loopback: good, slow, broken ones, and ones it must never contact."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from ipaddress import ip_address
from typing import Any, ClassVar

import httpx2
import pytest
import trustme
import uvloop

from mockserver.core.clock import Clock
from mockserver.core.outbox import Callback
from mockserver.core.sandboxes import Sandboxes
from mockserver.core.scheduler import Job
from mockserver.core.stock import Shelves
from mockserver.core.world import AccountSeed, World
from mockserver.http.courier import Courier
from mockserver.http.egress import Blocked, Egress, Unknown
from mockserver.http.sending import place
from mockserver.version import VERSION
from tests.receivers import CLOSE, NEVER, OK, PATIENCE, RESET, Got, Receiver, answer
from tests.support import NOON, Server
from tests.support_http import running

MINUTE = timedelta(minutes=1)
Main = Callable[[], Coroutine[Any, Any, None]]
Run = Callable[[Main], None]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine on either kind of loop, debug checks and all."""
    factory: Any = uvloop.new_event_loop if request.param == "uvloop" else None

    def go(main: Main) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(PATIENCE):
                await main()

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(bounded())

    return go


class Office:
    """A courier with one sandbox whose clock stands still, and callbacks to be posted there."""

    def __init__(
        self, egress: Egress | None = None, *, timeout: float = PATIENCE, verify: bool = False
    ) -> None:
        seeds = {"didww": AccountSeed("didww", Decimal(0), {}, Shelves([]))}
        self.sandboxes = Sandboxes(
            lambda name: World(name, seeds, clock=Clock(start=NOON, mode="frozen")), most=40
        )
        self.world = self.sandboxes.open("default")
        self.courier = Courier(self.sandboxes, egress, timeout=timeout, verify=verify)

    def post(self, url: str, body: bytes = b"id=1", world: World | None = None, **more: Any) -> Callback:
        world = world or self.world
        given: dict[str, Any] = {"method": "POST", "headers": (), "waits": (MINUTE, 10 * MINUTE), **more}
        world.begin()
        callback = world.outbox.post("didww", "didww.orders/1", "completed", url=url, body=body, **given)
        world.end(True)
        return callback

    def now(self, identifier: str = "callback-1") -> Callback:
        found = self.world.outbox.find(identifier)
        assert found is not None
        return found

    async def settle(self, world: World | None = None) -> None:
        await asyncio.sleep(0)
        while not self.courier.settled(world or self.world):
            await asyncio.sleep(0.001)

    async def send(self, url: str, **more: Any) -> tuple[str, int | None, str]:
        """State, status and detail after one attempt on a courier of its own."""
        callback = self.post(url, **more)
        await self.settle()
        last = self.now(callback.id).attempts[-1]
        return self.now(callback.id).state, last.status, last.detail


# --- what is sent and what counts as success -----------------------------------------------------


def test_request_is_sent_as_it_was_posted(run: Run) -> None:
    async def main() -> None:
        office = Office()
        headers = (("Content-Type", "text/plain"), ("X-Signature", "0af3"))
        url = receiver.url("/a%20b/?x=1&y=%zz;#part")
        assert await office.send(url, headers=headers) == ("delivered", 200, "")
        url = receiver.url().replace("//", "//me%40home:pass%3Aword@")
        assert await office.send(url, method="GET", body=b"") == ("delivered", 200, "")
        assert await office.send(receiver.url(host="localhost").rstrip("/")) == ("delivered", 200, "")

    with Receiver() as receiver:
        run(main)
    ours = {"user-agent": f"mockserver/{VERSION}", "accept": "*/*", "connection": "close"}
    host = f"127.0.0.1:{receiver.port}"
    sent = {**ours, "content-type": "text/plain", "x-signature": "0af3", "content-length": "4"}
    assert receiver.got == [
        Got("POST", "/a%20b/?x=1&y=%zz;", {"host": host, **sent}, b"id=1"),
        Got("GET", "/", {"host": host, **ours, "authorization": "Basic bWVAaG9tZTpwYXNzOndvcmQ="}, b""),
        Got("POST", "/", {"host": f"localhost:{receiver.port}", **ours, "content-length": "4"}, b"id=1"),
    ]


@pytest.mark.parametrize("status", [b"200 OK", b"202 Accepted", b"204 No Content", b"299 Whatever"])
def test_any_2xx_is_a_success(run: Run, status: bytes) -> None:
    async def main() -> None:
        assert (await Office().send(receiver.url()))[0] == "delivered"

    with Receiver([b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 " + status + b"\r\n\r\n"]) as receiver:
        run(main)


BAD_ANSWERS = [
    (answer("404 Not Found"), 404, "answered with 404"),
    (answer("500 Internal Server Error", b"x" * 400_000), 500, "answered with 500"),
    (answer("199 Whatever")[:9] + b"600 Odd\r\n\r\n", 600, "answered with 600"),
    (b"HELO example.com\r\n\r\n", None, "what it answered is not HTTP"),
    (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 200_000, None, "what it answered is not HTTP"),
    (b"HTTP/1.1 200 OK\r\nContent-Le", None, "what it answered is not HTTP"),
    (CLOSE, None, "the connection was closed without an answer"),
    (RESET, None, "the connection was closed without an answer"),
]


@pytest.mark.parametrize(("reply", "status", "detail"), BAD_ANSWERS, ids=lambda value: str(value)[:30])
def test_anything_else_is_a_failure_and_tried_again(
    run: Run, reply: bytes, status: int | None, detail: str
) -> None:
    async def main() -> None:
        office = Office()
        assert await office.send(receiver.url()) == ("pending", status, detail)
        assert [entry.due for entry in office.world.scheduler.agenda()] == [NOON + MINUTE]
        office.world.advance(by=MINUTE)
        await office.settle()
        assert office.now().state == "delivered"

    with Receiver([reply, OK]) as receiver:
        run(main)


def test_redirects_are_not_followed(run: Run) -> None:
    async def main() -> None:
        office = Office()
        for status in (301, 302, 303, 307, 308):
            receiver._left = [answer(f"{status} Over There", b"", f"Location: {other.url()}")]
            assert await office.send(receiver.url()) == ("pending", status, "redirects are not followed")

    with Receiver() as receiver, Receiver() as other:
        run(main)
    assert other.got == []


def test_receiver_that_never_answers_is_given_up(run: Run) -> None:
    async def main() -> None:
        assert await Office(timeout=0.05).send(receiver.url()) == ("pending", None, "no answer within 0.05 s")

    with Receiver([NEVER]) as receiver:
        run(main)


def test_handshake_that_never_ends_is_given_up(run: Run) -> None:
    async def main() -> None:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/"
        assert await Office(timeout=0.05).send(url) == ("pending", None, "no answer within 0.05 s")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        run(main)


def test_nobody_there_is_a_failure(run: Run) -> None:
    async def main() -> None:
        assert await Office().send(url) == ("pending", None, "the connection was refused")

    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    run(main)


def test_every_address_of_a_name_is_tried(run: Run) -> None:
    async def main() -> None:
        async def lookup(name: str, port: int) -> list[str]:
            return ["127.0.0.2", "127.0.0.1"]  # only the second one listens

        assert (await Office(Egress(lookup=lookup)).send(receiver.url(host="app.test")))[0] == "delivered"

    with Receiver() as receiver:
        run(main)


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def self_made() -> ssl.SSLContext:
    """The certificate of a receiver on a developer's machine: nobody has ever heard of its authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


def test_receivers_of_ones_own_need_no_known_certificate(run: Run, self_made: ssl.SSLContext) -> None:
    async def main() -> None:
        assert await Office().send(receiver.url("/x", host="localhost")) == ("delivered", 200, "")
        office = Office(verify=True)
        state, status, detail = await office.send(receiver.url())
        assert (state, status) == ("pending", None)
        assert detail.startswith("its certificate is not trusted: ")

    with Receiver(tls=self_made) as receiver:
        run(main)
    assert [one.target for one in receiver.got] == ["/x"]


def test_plain_receiver_does_not_speak_tls(run: Run) -> None:
    async def main() -> None:
        async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(receive, "127.0.0.1", 0) as listening:
            url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
            found = await Office().send(url)
            assert found == ("pending", None, "it does not speak TLS as it should")

    run(main)


# --- what is never contacted ---------------------------------------------------------------------

_watch: list[Any] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watch is not None and event == "socket.connect":
        _watch.append(arguments[1])


sys.addaudithook(_audit)


@pytest.fixture
def connects() -> Iterator[list[Any]]:
    """The addresses that this process connects to through Python's sockets."""
    global _watch
    _watch = []
    yield _watch
    _watch = None


FAR = [
    "93.184.215.14",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "172.32.0.1",
    "192.0.2.1",
    "[2606:4700::1111]",
    "[::]",
    "[fe80::1]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::7f00:1]",
    "134744072",  # 8.8.8.8 as one number
    "0x08080808",
]


@pytest.mark.parametrize("host", FAR)
def test_addresses_elsewhere_are_blocked_and_never_contacted(host: str, connects: list[Any]) -> None:
    async def main() -> None:
        office = Office()
        state, status, detail = await office.send(f"http://{host}:9/")
        assert (state, status) == ("blocked", None)
        assert "is neither on this machine nor in a private network; callback_hosts may allow it" in detail
        assert office.now().reason == detail
        assert office.world.scheduler.agenda() == []

    asyncio.run(main())
    assert connects == []


@pytest.mark.parametrize(
    "found",
    [["93.184.215.14"], ["127.0.0.1", "93.184.215.14"], ["10.0.0.1", "fe80::1%eth0"], ["::ffff:1.1.1.1"]],
)
def test_name_that_leads_elsewhere_is_blocked(found: list[str], connects: list[Any]) -> None:
    async def lookup(name: str, port: int) -> list[str]:
        return found

    async def main() -> None:
        state, _, detail = await Office(Egress(lookup=lookup)).send("http://app.example.com/")
        assert (state, detail.partition(",")[0]) == ("blocked", "app.example.com")

    asyncio.run(main())
    assert connects == []


def test_name_is_looked_up_once_and_that_very_address_contacted(connects: list[Any]) -> None:
    """A name that changes its mind between check and connection leads nowhere else."""
    asked: list[tuple[str, int]] = []

    async def lookup(name: str, port: int) -> list[str]:
        asked.append((name, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["93.184.215.14"]

    async def main() -> None:
        office = Office(Egress(lookup=lookup))
        assert (await office.send(receiver.url(host="Rebind.Example.com")))[0] == "delivered"
        assert (await office.send(receiver.url(host="rebind.example.com")))[0] == "blocked"

    with Receiver() as receiver:
        asyncio.run(main())
    assert asked == [("rebind.example.com", receiver.port)] * 2
    assert connects == [("127.0.0.1", receiver.port)]
    assert receiver.got[0].headers["host"] == f"rebind.example.com:{receiver.port}"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "http://",
        "http:///path",
        "127.0.0.1",
        "",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "http://[::1/",
        "http://a\u2100b/",
        "http://" + "\u00fc" * 300 + "/",
        "http://a\x00b:1\x7f/",
    ],
)
def test_what_is_no_address_goes_nowhere(url: str) -> None:
    async def main() -> None:
        state, _, detail = await Office(Egress(lookup=nobody)).send(url)
        assert (state, detail) in (
            ("blocked", "the address cannot be used"),
            ("pending", "the host a\x00b is not known"),
        )

    asyncio.run(main())


async def nobody(name: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_name_that_nobody_knows_is_tried_again() -> None:
    async def main() -> None:
        found = await Office(Egress(lookup=nobody)).send("http://app.internal/")
        assert found == ("pending", None, "the host app.internal is not known")

    asyncio.run(main())


def test_own_networks_and_allowed_hosts() -> None:
    async def elsewhere(name: str, port: int) -> list[str]:
        return ["203.0.113.5"]

    def may(host: str, *allowed: str) -> bool:
        try:
            return bool(asyncio.run(Egress(allowed, elsewhere).addresses(host, 80)))
        except Blocked:
            return False

    own = ("127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::1")
    assert all(
        may(host) for host in (*own, "fd00::1", "::ffff:10.0.0.1", "localhost", "a.b.localhost", "LOCALHOST.")
    )
    assert not may("hooks.example.com")
    assert may("hooks.example.com", "Hooks.Example.com")
    assert may("hooks.example.com", "*.example.com")
    assert not may("example.com", "*.example.com")
    assert not may("hooks-example.com", "*.example.com")
    assert may("hooks.example.com", "203.0.113.0/24")
    assert may("203.0.113.9", "203.0.113.7/24")
    assert not may("203.0.113.9", "203.0.113.7")
    assert may("[::2]".strip("[]"), "[::2]")
    assert may("8.8.8.8", "*")
    assert Egress().is_own(ip_address("127.0.0.1"))
    with pytest.raises(Unknown):
        asyncio.run(Egress(lookup=nobody).addresses("x.test", 80))


def test_address_is_taken_apart() -> None:
    where = place("HTTPS://Me@EXAMPLE.com?q=\u00fc x#f")
    assert (where.scheme, where.host, where.port, where.host_header) == (
        "https",
        "example.com",
        443,
        "example.com",
    )
    assert (where.target, where.user) == ("/?q=%C3%BC%20x", b"Me:")
    assert place("http://[::1]:8080/a").host_header == "[::1]:8080"
    assert place("http://b\u00fccher.example/").host == "xn--bcher-kva.example"


# --- order, limits, life -------------------------------------------------------------------------


def test_callbacks_to_one_receiver_arrive_in_their_order(run: Run) -> None:
    async def main() -> None:
        office = Office()
        for number in range(30):
            office.post(receiver.url(), b"%d" % number)
        await office.settle()

    with Receiver() as receiver:
        run(main)
    assert [int(one.body) for one in receiver.got] == list(range(30))


def test_receiver_that_takes_its_time_keeps_nobody_else_waiting(run: Run) -> None:
    async def main() -> None:
        office = Office()
        other = office.sandboxes.open("other")
        office.post(slow.url(), b"a")
        office.post(slow.url(), b"b")
        office.post(quick.url(), b"c")
        office.post(slow.url(), b"d", other)
        while not (office.now("callback-3").state == "delivered" and len(slow.got) == 2):
            await asyncio.sleep(0.001)
        assert {one.body for one in slow.got} == {b"a", b"d"}
        assert not office.courier.settled(office.world)
        slow.gate.set()
        await office.settle()
        await office.settle(other)

    with Receiver(shut=True) as slow, Receiver() as quick:
        run(main)
    assert sorted(one.body for one in slow.got) == [b"a", b"b", b"d"]
    assert [one.body for one in quick.got] == [b"c"]


def test_deliveries_under_way_are_bounded_and_all_get_their_turn(run: Run) -> None:
    async def main() -> None:
        office = Office()
        worlds = [office.sandboxes.open(f"s{number}") for number in range(30)]
        for world in worlds:
            office.post(receiver.url(), world.name.encode(), world)
        while len(receiver.got) < 16:
            await asyncio.sleep(0.001)
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert len(receiver.got) == 16
        receiver.gate.set()
        for world in worlds:
            await office.settle(world)

    with Receiver(shut=True) as receiver:
        run(main)
    assert sorted(one.body for one in receiver.got) == sorted(b"s%d" % number for number in range(30))


def test_what_was_waiting_before_the_start_is_delivered(run: Run) -> None:
    async def main() -> None:
        office.courier.start()
        await office.settle()
        await office.courier.stop()

    office = Office()
    with Receiver() as receiver:
        office.post(receiver.url())
        assert office.courier.settled(office.world)  # nobody delivers
        run(main)
    assert office.now().state == "delivered"


def test_attempt_that_the_end_cuts_short_is_made_again(run: Run) -> None:
    async def main() -> None:
        office.courier.start()
        while not receiver.got:
            await asyncio.sleep(0.001)
        await office.courier.stop()
        assert office.now().under_way
        assert office.courier.settled(office.world)
        receiver.gate.set()
        office.courier.start()
        await office.settle()
        await office.courier.stop()

    office = Office()
    with Receiver(shut=True) as receiver:
        office.post(receiver.url())
        run(main)
    assert office.now().state == "delivered"
    assert len(receiver.got) == 2
    assert len(office.now().attempts) == 1


def test_loop_that_ends_hands_over_to_the_next() -> None:
    """Every test of an asyncio suite has a loop of its own, the server may be older than all of them."""

    async def first() -> None:
        office.post(receiver.url())
        while not receiver.got:
            await asyncio.sleep(0.001)

    async def second() -> None:
        office.post(receiver.url(), b"id=2")
        await office.settle()

    office = Office()
    with Receiver(shut=True) as receiver:
        asyncio.run(first())
        receiver.gate.set()
        asyncio.run(second())
    assert [one.body for one in receiver.got] == [b"id=1", b"id=1", b"id=2"]
    assert {one.state for one in office.world.outbox} == {"delivered"}


def test_reset_forgets_what_is_under_way(run: Run) -> None:
    async def main() -> None:
        office = Office()
        office.post(receiver.url(), b"old")
        while not receiver.got:
            await asyncio.sleep(0.001)
        office.world.reset()
        receiver.gate.set()
        office.post(receiver.url(), b"new")
        await office.settle()
        assert [(one.id, one.body, one.state) for one in office.world.outbox] == [
            ("callback-1", b"new", "delivered")
        ]

    with Receiver(shut=True) as receiver:
        run(main)
    assert [one.body for one in receiver.got] == [b"old", b"new"]


def test_dropped_sandbox_sends_no_more(run: Run) -> None:
    async def main() -> None:
        office = Office()
        world = office.sandboxes.open("gone")
        office.post(receiver.url(), world=world)
        office.post(receiver.url(), world=world)
        while not receiver.got:
            await asyncio.sleep(0.001)
        office.sandboxes.drop("gone")
        receiver.gate.set()
        office.post(receiver.url("/last"))
        await office.settle()
        assert [one.state for one in world.outbox] == ["pending", "pending"]

    with Receiver(shut=True) as receiver:
        run(main)
    assert [one.target for one in receiver.got] == ["/", "/last"]


# --- time ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick(Job):
    """Sends a callback, once or for ever."""

    kind: ClassVar[str] = "test.tick"
    url: str
    again: bool = False

    @property
    def subject(self) -> str:
        return "didww.ticks/1"

    def run(self, world: World) -> None:
        if not self.url:
            raise RuntimeError("boom")
        world.outbox.post("didww", "didww.ticks/1", "tick", method="GET", url=self.url, headers=())
        if self.again:
            world.at(world.clock.now() + MINUTE, self)


def test_what_falls_due_happens_without_a_request(run: Run) -> None:
    async def main() -> None:
        office = Office()
        world = office.world
        world.clock.set(mode="scaled", rate=1000.0)
        world.begin()
        world.at(NOON + 2 * MINUTE, Tick(receiver.url()))
        world.end(True)
        while not receiver.got:
            await asyncio.sleep(0.001)
        assert office.now().created_at == NOON + 2 * MINUTE

    with Receiver() as receiver:
        run(main)


def test_clock_that_runs_again_is_noticed(run: Run) -> None:
    async def main() -> None:
        office = Office()
        world = office.world
        world.begin()
        world.at(NOON + 2 * MINUTE, Tick(receiver.url()))
        world.end(True)
        await asyncio.sleep(0.01)
        assert receiver.got == []
        world.clock.set(mode="real", now=NOON + 2 * MINUTE)
        world.tell()
        while not receiver.got:
            await asyncio.sleep(0.001)

    with Receiver() as receiver:
        run(main)


def test_fast_clock_leaves_the_machine_alone(run: Run) -> None:
    """A change a minute at ten thousand times the speed: all happen, in steps that leave room."""

    async def main() -> None:
        office = Office()
        world = office.world
        world.clock.set(mode="scaled", rate=10_000.0)
        world.begin()
        world.at(NOON, Tick("http://198.51.100.1/", again=True))
        world.end(True)
        turns = 0
        while world.outbox.count < 50:
            await asyncio.sleep(0.001)
            turns += 1
        assert turns > 1

    run(main)


def test_change_that_crashes_is_logged_and_stops_nothing(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        office = Office()
        world = office.world
        world.clock.set(mode="real")
        world.begin()
        world.at(world.clock.now() + timedelta(milliseconds=1), Tick(""))
        world.at(world.clock.now() + timedelta(milliseconds=2), Tick(receiver.url()))
        world.end(True)
        while not receiver.got:
            await asyncio.sleep(0.001)

    with Receiver() as receiver, caplog.at_level(logging.ERROR, "mockserver"):
        run(main)
    assert [record.getMessage() for record in caplog.records] == ["a change in the sandbox default failed"]


def test_change_on_another_thread_is_noticed(run: Run) -> None:
    async def main() -> None:
        office.courier.start()
        thread = threading.Thread(target=office.world.advance, kwargs={"by": MINUTE})
        thread.start()
        while not receiver.got:
            await asyncio.sleep(0.001)
        thread.join()
        await office.courier.stop()

    office = Office()
    with Receiver() as receiver:
        office.world.at(NOON + MINUTE, Tick(receiver.url()))
        office.world.commit()
        run(main)


# --- in a server ---------------------------------------------------------------------------------

SKU = "acc46374-0b34-4912-9f67-8340339db1e5"
KEY = {"Api-Key": "demo-didww-key", "Content-Type": "application/vnd.api+json"}


def order(url: str) -> dict[str, Any]:
    item = {"type": "did_order_items", "attributes": {"sku_id": SKU, "qty": 1}}
    return {"data": {"type": "orders", "attributes": {"items": [item], "callback_url": url}}}


def test_server_delivers_on_its_own_clock_without_another_request() -> None:
    server = Server()
    with Receiver() as receiver, running(server) as address:
        with httpx2.Client(base_url=address) as client:
            client.put("/_mock/clock", json={"mode": "real"})
            client.put("/_mock/transitions/didww.orders", json={"after": "10ms"})
            assert client.post("/didww/v3/orders", headers=KEY, json=order(receiver.url())).status_code == 201
            (got,) = receiver.wait(1)
            found = client.post("/_mock/callbacks/wait", json={"timeout": "20s"}).json()
    assert (found["total"], found["callbacks"][0]["attempts"][0]["status"]) == (1, 200)
    assert b"status=completed" in got.body


def test_server_in_process_delivers_without_being_started() -> None:
    server = Server()
    server.world()

    async def main() -> None:
        transport = httpx2.ASGITransport(server.gateway)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            posted = await client.post("/didww/v3/orders", headers=KEY, json=order(receiver.url()))
            assert posted.status_code == 201
            moved = (await client.post("/_mock/clock/advance", json={"seconds": 10})).json()
            assert [one["state"] for one in moved["callbacks"]] == ["delivered"]

    with Receiver() as receiver:
        asyncio.run(main())
    assert len(receiver.got) == 1


def test_receiver_in_the_same_loop_is_reached() -> None:
    server = Server()
    server.world()
    bodies: list[bytes] = []

    async def main() -> None:
        async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            bodies.append(await reader.readexactly(size))
            writer.write(OK)
            writer.close()

        listening = await asyncio.start_server(receive, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        transport = httpx2.ASGITransport(server.gateway)
        async with (
            listening,
            httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client,
        ):
            await client.post("/didww/v3/orders", headers=KEY, json=order(url))
            moved = (await client.post("/_mock/clock/advance", json={"seconds": 10})).json()
            assert moved["callbacks"][0]["state"] == "delivered"

    asyncio.run(main())
    assert bodies[0].endswith(b"&status=completed&type=orders")


def test_server_stops_while_a_receiver_keeps_it_waiting() -> None:
    server = Server()
    with Receiver([NEVER]) as receiver:
        with running(server) as address, httpx2.Client(base_url=address) as client:
            client.post("/didww/v3/orders", headers=KEY, json=order(receiver.url()))
            moved = client.post("/_mock/clock/advance", json={"seconds": 10, "wait": "0s"}).json()
            assert moved["callbacks"][0]["state"] == "pending"
            receiver.wait(1)
    assert server.world().outbox.sending[0].under_way
