"""DIDWW's own Python client, unchanged, sets up voice: trunks, groups, outbound trunks, channels, routing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from didww.client import DidwwClient
from didww.enums import (
    CliFormat,
    Codec,
    DefaultDstAction,
    MediaEncryptionMode,
    NetworkProtocolPriority,
    OnCliMismatchAction,
    ReroutingDisconnectCode,
    StirShakenMode,
    TransportProtocol,
    VoiceOutTrunkStatus,
)
from didww.exceptions import DidwwApiError
from didww.query_params import QueryParams
from didww.resources.authentication_method import (
    CredentialsAndIpAuthenticationMethod,
    IpOnlyAuthenticationMethod,
    TwilioAuthenticationMethod,
)
from didww.resources.capacity_pool import CapacityPool
from didww.resources.configuration.pstn import PstnConfiguration
from didww.resources.configuration.sip import SipConfiguration
from didww.resources.order import Order
from didww.resources.order_item.capacity_order_item import CapacityOrderItem
from didww.resources.shared_capacity_group import SharedCapacityGroup
from didww.resources.voice_in_trunk import VoiceInTrunk
from didww.resources.voice_in_trunk_group import VoiceInTrunkGroup
from didww.resources.voice_out_trunk import VoiceOutTrunk
from didww.resources.voice_out_trunk_regenerate_credential import VoiceOutTrunkRegenerateCredential

from tests.support import Server

_numbers = count(1)


@pytest.fixture
def client(sdk_server: Server, address: str) -> Iterator[Any]:
    """The client with a sandbox of its own."""
    name = f"sdk-voice-{next(_numbers)}"
    sdk_server.world(name)
    made = DidwwClient(api_key=f"sandbox-{name}", base_url=f"{address}/didww/v3")
    yield made
    made._session.close()


def including(*names: str) -> QueryParams:
    return QueryParams().include(*names)


def sip_trunk(client: Any, name: str, **members: Any) -> Any:
    configuration = SipConfiguration()
    for member, value in {"host": "sip.example.com", **members}.items():
        setattr(configuration, member, value)
    trunk = VoiceInTrunk()
    trunk.name, trunk.configuration = name, configuration
    return client.voice_in_trunks().create(trunk).data


def gone(call: Any) -> None:
    with pytest.raises(DidwwApiError) as caught:
        call()
    assert caught.value.status_code == 404


def test_pops_are_listed(client: Any) -> None:
    assert "New York, NY, USA" in [pop.name for pop in client.pops().list().data]


def test_sip_trunk_lives_through_all_of_it(client: Any) -> None:
    trunks, pop = client.voice_in_trunks(), client.pops().list().data[0]
    configuration = SipConfiguration()
    configuration.host, configuration.port, configuration.username = "sip.example.com", 5060, "{DID}"
    configuration.codec_ids = [Codec.PCMU, Codec.PCMA]
    configuration.transport_protocol_id = TransportProtocol.TLS
    configuration.media_encryption_mode = MediaEncryptionMode.SRTP_SDES
    configuration.stir_shaken_mode = StirShakenMode.PAI
    configuration.network_protocol_priority = NetworkProtocolPriority.PREFER_IPV4
    configuration.rerouting_disconnect_code_ids = [ReroutingDisconnectCode.SIP_486_BUSY_HERE]
    configuration.allowed_rtp_ips = ["203.0.113.0/24"]
    trunk = VoiceInTrunk()
    trunk.name, trunk.priority, trunk.weight = "office", 2, 10
    trunk.cli_format, trunk.cli_prefix = CliFormat.E164, "+1"
    trunk.ringing_timeout, trunk.external_reference_id = 30, "crm-1"
    trunk.configuration, trunk.pop = configuration, pop
    made = trunks.create(trunk, including("pop")).data
    assert (made.pop.name, made.priority, made.cli_format) == (pop.name, 2, CliFormat.E164)

    found = trunks.find(made.id, including("pop", "voice_in_trunk_group")).data
    read = found.configuration
    assert isinstance(read, SipConfiguration)
    assert (read.codec_ids, read.transport_protocol_id) == ([Codec.PCMU, Codec.PCMA], TransportProtocol.TLS)
    assert read.rerouting_disconnect_code_ids == [ReroutingDisconnectCode.SIP_486_BUSY_HERE]
    assert (read.sst_min_timer, read.incoming_auth_password) == (600, None)

    read.port = 5061  # the client sends the whole configuration back
    found.configuration, found.description = read, "second floor"
    updated = trunks.update(found).data
    assert (updated.configuration.port, updated.configuration.username) == (5061, "{DID}")
    assert updated.description == "second floor"
    (listed,) = trunks.list(QueryParams().filter("name", "office").sort("-created_at")).data
    assert listed.id == made.id
    trunks.delete(made.id)
    gone(lambda: trunks.find(made.id))


def test_pstn_trunk_is_made_and_changed(client: Any) -> None:
    trunk = VoiceInTrunk()
    configuration = PstnConfiguration()
    configuration.dst = "12125550100"
    trunk.name, trunk.configuration = "mobile", configuration
    made = client.voice_in_trunks().create(trunk).data
    configuration = made.configuration
    configuration.dst = "12125550101"
    made.configuration = configuration
    assert client.voice_in_trunks().update(made).data.configuration.dst == "12125550101"


def test_sip_registration_is_switched_on_and_off(client: Any) -> None:
    trunk = sip_trunk(client, "registered", port=5060)
    configuration = trunk.configuration
    configuration.enabled_sip_registration = True  # the client clears host and port with it
    configuration.use_did_in_ruri = True
    trunk.configuration = configuration
    registered = client.voice_in_trunks().update(trunk).data
    read = registered.configuration
    assert read.incoming_auth_username
    assert read.incoming_auth_password
    assert (read.host, read.port) == (None, None)

    read.host = "sip.example.com"  # the client switches the registration off with it
    registered.configuration = read
    back = client.voice_in_trunks().update(registered).data.configuration
    assert (back.host, back.enabled_sip_registration, back.incoming_auth_username) == (
        "sip.example.com",
        False,
        None,
    )


def test_trunk_without_a_configuration_is_refused(client: Any) -> None:
    trunk = VoiceInTrunk()
    trunk.name = "nothing"
    with pytest.raises(DidwwApiError) as caught:
        client.voice_in_trunks().create(trunk)
    assert caught.value.status_code == 400


def test_trunk_group_takes_its_trunks(client: Any) -> None:
    groups = client.voice_in_trunk_groups()
    one, other = sip_trunk(client, "one"), sip_trunk(client, "other")
    group = VoiceInTrunkGroup()
    group.name, group.capacity_limit, group.voice_in_trunks = "both", 100, [one, other]
    made = groups.create(group, including("voice_in_trunks")).data
    assert [trunk.name for trunk in made.voice_in_trunks] == ["one", "other"]
    found = groups.find(made.id).data
    assert found.meta == {"trunks_count": 2}
    found.voice_in_trunks, found.name = [other], "only one"
    groups.update(found)
    (listed,) = [row for row in groups.list(including("voice_in_trunks")).data if row.id == made.id]
    assert (listed.name, [trunk.id for trunk in listed.voice_in_trunks]) == ("only one", [other.id])
    joined = client.voice_in_trunks().find(other.id, including("voice_in_trunk_group")).data
    assert joined.voice_in_trunk_group.name == "only one"
    groups.delete(made.id)
    gone(lambda: groups.find(made.id))
    assert client.voice_in_trunks().find(other.id).data.name == "other"


def test_number_is_routed_to_a_trunk_and_to_a_group(client: Any) -> None:
    dids = client.dids()
    trunk, group = sip_trunk(client, "target"), client.voice_in_trunk_groups().list().data[0]
    both = including("voice_in_trunk", "voice_in_trunk_group")
    did = dids.list().data[0]
    did.voice_in_trunk = trunk
    assert dids.update(did, both).data.voice_in_trunk.name == "target"
    did = dids.find(did.id, both).data
    did.voice_in_trunk_group = group
    routed = dids.update(did, both).data
    assert (routed.voice_in_trunk_group.id, routed.voice_in_trunk) == (group.id, None)
    (found,) = dids.list(QueryParams().filter("voice_in_trunk_group.id", group.id)).data
    assert found.id == did.id


def out_trunk(name: str, method: Any) -> Any:
    trunk = VoiceOutTrunk()
    trunk.name, trunk.authentication_method = name, method
    trunk.on_cli_mismatch_action = OnCliMismatchAction.REJECT_CALL
    return trunk


def test_outbound_trunk_lives_through_all_of_it(client: Any) -> None:
    trunks, did = client.voice_out_trunks(), client.dids().list().data[0]
    method = CredentialsAndIpAuthenticationMethod(allowed_sip_ips=["203.0.113.7"], tech_prefix="12#")
    trunk = out_trunk("calls", method)
    trunk.default_dst_action, trunk.dst_prefixes = DefaultDstAction.REJECT_ALL, ["370"]
    trunk.threshold_amount, trunk.capacity_limit, trunk.rtp_timeout = "100.5", 7, 60
    trunk.callback_url, trunk.dids, trunk.emergency_dids = "http://127.0.0.1:9/hook", [did], [did]
    made = trunks.create(trunk, including("dids", "emergency_dids")).data
    assert isinstance(made.authentication_method, CredentialsAndIpAuthenticationMethod)
    assert made.authentication_method.allowed_sip_ips == ["203.0.113.7/32"]
    assert len(made.authentication_method.username) == len(made.authentication_method.password) == 10
    assert [row.id for row in (*made.dids, *made.emergency_dids)] == [did.id, did.id]
    assert (made.threshold_amount, made.rtp_timeout, made.is_active) == ("100.5", 60, True)

    made.status, made.dids = VoiceOutTrunkStatus.BLOCKED, []
    updated = trunks.update(made, including("dids")).data
    assert (updated.is_blocked, updated.dids) == (True, [])
    assert trunks.find(made.id).data.meta == {"spent_amount": "0.0"}

    rotation = VoiceOutTrunkRegenerateCredential()
    rotation.voice_out_trunk = made
    assert client.voice_out_trunk_regenerate_credentials().create(rotation).data.id == made.id
    fresh = trunks.find(made.id).data.authentication_method
    assert fresh.password != made.authentication_method.password
    assert fresh.tech_prefix == "12#"

    found = trunks.find(made.id).data
    found.authentication_method = TwilioAuthenticationMethod(twilio_account_sid="AC1")
    assert trunks.update(found).data.authentication_method.twilio_account_sid == "AC1"
    trunks.delete(made.id)
    gone(lambda: trunks.find(made.id))


def test_outbound_trunks_of_every_kind_are_listed(client: Any) -> None:
    kinds = {type(row.authentication_method) for row in client.voice_out_trunks().list().data}
    assert kinds == {
        CredentialsAndIpAuthenticationMethod,
        IpOnlyAuthenticationMethod,
        TwilioAuthenticationMethod,
    }
    with pytest.raises(DidwwApiError, match="is not allowed for creation"):
        method = IpOnlyAuthenticationMethod(allowed_sip_ips=["203.0.113.7"])
        client.voice_out_trunks().create(out_trunk("staff only", method))


def test_channels_are_ordered_and_given_back(client: Any) -> None:
    pools = client.capacity_pools()
    pool = pools.list(QueryParams().filter("name", "Extended")).data[0]
    item = CapacityOrderItem()
    item.capacity_pool_id, item.qty = pool.id, 2
    order = Order()
    order.items = [item]
    made = client.orders().create(order).data
    assert made.is_completed
    assert isinstance(made.items[0], CapacityOrderItem)
    assert (made.items[0].capacity_pool_id, Decimal(made.amount)) == (pool.id, Decimal("85.72"))
    grown = pools.find(pool.id, including("countries", "qty_based_pricings", "shared_capacity_groups")).data
    assert grown.total_channels_count == pool.total_channels_count + 2
    assert date.fromisoformat(grown.renew_date) == date(2026, 3, 21)
    assert [group.name for group in grown.shared_capacity_groups] == ["ttt"]
    less = CapacityPool.build(pool.id, total_channels_count=pool.total_channels_count)
    less._mark_attribute_dirty("total_channels_count")
    assert pools.update(less).data.total_channels_count == pool.total_channels_count


def test_shared_group_lives_through_all_of_it(client: Any) -> None:
    groups, did = client.shared_capacity_groups(), client.dids().list().data[0]
    group = SharedCapacityGroup()
    group.name, group.shared_channels_count, group.metered_channels_count = "front desk", 3, 10
    group.capacity_pool, group.dids = client.capacity_pools().list().data[0], [did]
    made = groups.create(group, including("capacity_pool", "dids")).data
    assert made.capacity_pool.name == "Standard"
    assert [row.id for row in made.dids] == [did.id]
    with pytest.raises(DidwwApiError, match="cannot be removed"):
        groups.delete(made.id)
    made.dids, made.shared_channels_count = [], 4
    updated = groups.update(made, including("dids")).data
    assert (updated.shared_channels_count, updated.dids) == (4, [])
    groups.delete(made.id)
    gone(lambda: groups.find(made.id))
