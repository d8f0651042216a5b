"""Voice and capacity of a DIDWW account: POPs, trunks, channels. Conventions as in `rows`.

A trunk's configuration and authentication method are objects of one of several classes; the defaults of their
fields are what DIDWW fills in (reference 5.1, 5.3). What holds passwords has no `repr` that a log could show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from mockserver.core.tables import Row

DEFAULT_CODECS = (9, 10, 8, 7, 6)


@dataclass(frozen=True, slots=True)
class Pop(Row):
    """A point of presence: where calls leave DIDWW's network."""

    table: ClassVar[str] = "didww.pops"
    id: str
    name: str


# --- inbound -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class SipConfiguration:
    """Delivery over SIP. Timers in seconds, those with a B or DNS in their name in milliseconds."""

    username: str | None = None
    host: str | None = None
    port: int | None = None
    codec_ids: tuple[int, ...] = DEFAULT_CODECS
    rx_dtmf_format_id: int | None = 1
    tx_dtmf_format_id: int | None = 1
    resolve_ruri: bool = False
    auth_enabled: bool = False
    auth_user: str | None = None
    auth_password: str | None = None
    auth_from_user: str | None = None
    auth_from_domain: str | None = None
    sst_enabled: bool = False
    sst_min_timer: int | None = 600
    sst_max_timer: int | None = 900
    sst_accept_501: bool = True
    sip_timer_b: int | None = 8000
    dns_srv_failover_timer: int | None = 2000
    rtp_ping: bool | None = False
    rtp_timeout: int | None = 30
    force_symmetric_rtp: bool | None = False
    symmetric_rtp_ignore_rtcp: bool | None = False
    rerouting_disconnect_code_ids: tuple[int, ...] | None = None
    sst_session_expires: int | None = None
    sst_refresh_method_id: int = 1
    transport_protocol_id: int = 1
    max_transfers: int = 0
    max_30x_redirects: int = 0
    media_encryption_mode: str = "disabled"
    stir_shaken_mode: str = "disabled"
    allowed_rtp_ips: tuple[str, ...] | None = None
    diversion_relay_policy: str = "none"
    diversion_inject_mode: str = "none"
    network_protocol_priority: str = "force_ipv4"
    enabled_sip_registration: bool = False
    use_did_in_ruri: bool = False
    cnam_lookup: bool = False
    incoming_auth_username: str | None = None
    incoming_auth_password: str | None = None


@dataclass(frozen=True, slots=True)
class PstnConfiguration:
    """Forwarding to a phone number, digits without a plus."""

    dst: str


@dataclass(frozen=True, slots=True)
class H323Configuration:
    """Delivery over H.323; up to 2022-05-10."""

    dst: str
    host: str
    port: int | None = None
    codec_ids: tuple[int, ...] = DEFAULT_CODECS


@dataclass(frozen=True, slots=True, repr=False)
class Iax2Configuration:
    """Delivery over IAX2; up to 2022-05-10."""

    dst: str
    host: str
    port: int | None = None
    auth_user: str | None = None
    auth_password: str | None = None
    codec_ids: tuple[int, ...] = DEFAULT_CODECS


Configuration = SipConfiguration | PstnConfiguration | H323Configuration | Iax2Configuration


@dataclass(frozen=True, slots=True, repr=False)
class VoiceInTrunk(Row):
    """Where calls to a number are delivered."""

    table: ClassVar[str] = "didww.voice_in_trunks"
    owned: ClassVar[bool] = True
    id: str
    name: str
    configuration: Configuration
    created_at: datetime
    priority: int = 1
    capacity_limit: int | None = None
    weight: int = 65535
    cli_format: str | None = "e164"
    cli_prefix: str | None = None
    description: str | None = None
    ringing_timeout: int | None = None
    external_reference_id: str | None = None
    voice_in_trunk_group_id: str | None = None
    pop_id: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceInTrunkGroup(Row):
    """Inbound trunks that a number is routed to as one. Trunks hold the group, not the other way round."""

    table: ClassVar[str] = "didww.voice_in_trunk_groups"
    owned: ClassVar[bool] = True
    id: str
    name: str
    created_at: datetime
    capacity_limit: int | None = None
    external_reference_id: str | None = None


# --- outbound ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class CredentialsAndIp:
    """Generated credentials beside a list of networks. Networks with their prefix length, `10.0.0.1/32`."""

    allowed_sip_ips: tuple[str, ...]
    tech_prefix: str | None = None
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class IpOnly:
    """A list of networks alone; only DIDWW's staff sets it."""

    allowed_sip_ips: tuple[str, ...]
    tech_prefix: str | None = None


@dataclass(frozen=True, slots=True)
class Twilio:
    """A Twilio account whose calls are accepted."""

    twilio_account_sid: str


Authentication = CredentialsAndIp | IpOnly | Twilio


@dataclass(frozen=True, slots=True, repr=False)
class VoiceOutTrunk(Row):
    """Where calls come from. `spent_amount` is the resource meta: what the last 24 hours cost."""

    table: ClassVar[str] = "didww.voice_out_trunks"
    owned: ClassVar[bool] = True
    id: str
    name: str
    on_cli_mismatch_action: str
    authentication_method: Authentication
    created_at: datetime
    status: str = "active"  # active, blocked
    capacity_limit: int | None = None
    allow_any_did_as_cli: bool = False
    allowed_rtp_ips: tuple[str, ...] | None = None
    threshold_reached: bool = False
    threshold_amount: Decimal | None = Decimal("3000.0")
    media_encryption_mode: str = "disabled"
    default_dst_action: str = "allow_all"
    dst_prefixes: tuple[str, ...] = ()
    force_symmetric_rtp: bool = False
    rtp_ping: bool = False
    callback_url: str | None = None
    external_reference_id: str | None = None
    emergency_enable_all: bool = False
    rtp_timeout: int = 30
    default_did_id: str | None = None
    did_ids: tuple[str, ...] = ()
    emergency_did_ids: tuple[str, ...] = ()
    spent_amount: Decimal = Decimal(0)
    stopped: bool = False  # blocked by its threshold: works again a day later, unless its owner decides


@dataclass(frozen=True, slots=True)
class CredentialRotation(Row):
    """New credentials for an outbound trunk, whose id it has. Not stored."""

    table: ClassVar[str] = "didww.voice_out_trunk_regenerate_credentials"
    owned: ClassVar[bool] = True
    id: str


# --- capacity ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QtyBasedPricing(Row):
    """What a channel costs from a quantity on."""

    table: ClassVar[str] = "didww.qty_based_pricings"
    id: str
    qty: int
    setup_price: Decimal
    monthly_price: Decimal


@dataclass(frozen=True, slots=True)
class CapacityPool(Row):
    """Channels for the numbers of some countries. Prices are per channel.

    `assigned_channels_count` is kept up to date by `rules.capacity.settle`; `renew_date` comes from
    `rules.capacity.described`, the stored row has none.
    """

    table: ClassVar[str] = "didww.capacity_pools"
    id: str
    name: str
    total_channels_count: int
    assigned_channels_count: int
    minimum_limit: int
    minimum_qty_per_order: int
    setup_price: Decimal
    monthly_price: Decimal
    metered_rate: Decimal
    country_ids: tuple[str, ...]
    qty_based_pricing_ids: tuple[str, ...]
    renew_date: date | None = None
    # kept by us
    renew_day: int = 21  # of every month; at most 28
    renewing: int = 0  # channels that orders brought: paid for every month, the first ones are paid far ahead


@dataclass(frozen=True, slots=True)
class SharedCapacityGroup(Row):
    """Channels of a pool that several numbers share."""

    table: ClassVar[str] = "didww.shared_capacity_groups"
    owned: ClassVar[bool] = True
    id: str
    name: str
    shared_channels_count: int
    created_at: datetime
    metered_channels_count: int | None
    capacity_pool_id: str
    external_reference_id: str | None = None
