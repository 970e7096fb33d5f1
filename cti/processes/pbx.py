"""The product's own PBX as our child: its configuration, its phones, its address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from cti.base.errors import UserError
from cti.base.files import secret
from cti.processes.asterisk import AsteriskInstall, AsteriskProcess, render, render_one
from cti.processes.music import make_music
from cti.processes.ports import PortRange, Ports
from cti.processes.trunks import Trunk, check_trunk
from cti.settings import Settings

CONF = Path(__file__).resolve().parents[2] / "asterisk-conf" / "pbx"
AMI_USER = "cti"
DEFAULT_MESSAGE = "im-sorry&please-try-call-later&goodbye"
TEST_SOUND = "hello-world&goodbye"
CA_LIST = Path("/etc/ssl/certs/ca-certificates.crt")
LOOPBACK = "127.0.0.0/8"
PRIVATE = "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"  # RFC 1918
_PHONE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_SECRET = re.compile(r"[A-Za-z0-9._~-]{8,128}")
_TRUNK = re.compile(r"sip:(?P<host>\d{1,3}(?:\.\d{1,3}){3}):(?P<port>\d{1,5})")

TRUNK_MODULES = (
    "res_pjsip",
    "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_outbound_registration",
)

# Events of the classes we read that no part of the engine uses (a test holds this against the
# engine's own table). PeerStatus only repeats what ContactStatus says.
DROPPED_EVENTS = (
    "BridgeCreate",
    "BridgeDestroy",
    "ChannelTalkingStart",
    "ChannelTalkingStop",
    "ContactStatusDetail",
    "DeviceStateChange",
    "HangupRequest",
    "NewAccountCode",
    "NewCallerid",
    "NewConnectedLine",
    "PeerStatus",
    "PresenceStateChange",
    "SoftHangupRequest",
)


@dataclass(frozen=True)
class Phone:
    """An agent's phone: the name and secret it registers with; `browser` for a WebRTC phone."""

    name: str
    secret: str
    browser: bool = False


@dataclass(frozen=True)
class PbxPlan:
    """Where the private PBX listens and what it talks to. Addresses are IPv4, never names."""

    trunk_uri: str | None = None  # sip:host:port
    trunk: str = "carrier"
    sip_host: str = "127.0.0.1"
    sip_port: int = 0  # 0: any free
    rtp: PortRange | None = None  # None: a free block
    agi_host: str = "127.0.0.1"
    agi_port: int = 0  # 0: the port named "agi"
    ami_host: str = "127.0.0.1"
    ami_port: int = 0  # 0: the port named "ami"
    http_port: int = 0  # of browser phones' WebSocket; 0: the port named "http"
    external_address: str = ""  # as phones and carrier see it from outside, behind NAT
    qualify: int = 0  # seconds between OPTIONS to the carrier; 0: none


def pbx_plan(settings: Settings) -> PbxPlan:
    """Where a PBX of ours listens and what it talks to."""
    return PbxPlan(
        trunk_uri=settings.trunk_uri,
        trunk=settings.trunk,
        sip_host=settings.sip_host,
        sip_port=settings.sip_port,
        rtp=_port_range(settings.rtp_ports),
        agi_host=settings.agi_host,
        agi_port=settings.agi_port,
        http_port=_socket_port(settings.phone_socket),
    )


def _socket_port(phone_socket: str | None) -> int:
    """Where a service that runs elsewhere looks for this PBX's WebSocket; 0: nowhere special."""
    try:
        return urlsplit(phone_socket or "").port or 0
    except ValueError:
        raise UserError(
            f"CTI_PHONE_SOCKET={phone_socket} has no port.", "Write ws://ADDRESS:PORT/ws."
        ) from None


def check_phone(phone: Phone) -> None:
    """Raise UserError unless name and secret are safe in pjsip.conf and in SIP."""
    if not _PHONE.fullmatch(phone.name):
        raise UserError(
            f"{phone.name!r} cannot be a phone's name.",
            "Use a letter, then letters, digits, - and _ (40 at most).",
        )
    if not _SECRET.fullmatch(phone.secret):
        raise UserError(
            f"the secret of phone {phone.name} cannot be used.",
            "Use 8 to 128 letters, digits and . _ ~ -",
        )


class PrivatePbx:
    """Asterisk in `state`/pbx, made from asterisk-conf/pbx."""

    def __init__(self, state: Path, ports: Ports, install: AsteriskInstall, plan: PbxPlan) -> None:
        self.folder = state.resolve() / "pbx"
        self._plan = plan
        self._ports = ports
        self.trunks: tuple[Trunk, ...] = ()
        self.sip = (plan.sip_host, plan.sip_port or ports.get("sip"))
        self.http = (plan.sip_host, plan.http_port or ports.get("http"))
        self.ami = (plan.ami_host, plan.ami_port or ports.get("ami"))
        self.agi = (plan.agi_host, plan.agi_port or ports.get("agi"))
        self.cel_file = self.folder / "log/cel-custom/cel.csv"
        self.process = AsteriskProcess("pbx", install, self.folder, self.ami)

    @property
    def ami_secret(self) -> str:
        """The secret of AMI user `cti`."""
        return secret(self.folder / "ami.secret")

    @property
    def ami_url(self) -> str:
        """ami://user:secret@host:port."""
        host, port = self.ami
        return f"ami://{AMI_USER}:{quote(self.ami_secret)}@{host}:{port}"

    def write(self, phones: Sequence[Phone]) -> bool:
        """Write configuration and music; True when the configuration changed."""
        for phone in phones:
            check_phone(phone)
        make_music(self.folder / "sounds/music")
        return render(CONF, self.process.etc, self._variables(phones))

    async def ensure(self, phones: Sequence[Phone] = ()) -> None:
        """Write the configuration, start or adopt the PBX, make it know `phones`."""
        changed = self.write(phones)
        if not await self.process.ensure() and changed:
            await self.process.console("core reload")

    async def set_phones(self, phones: Sequence[Phone]) -> None:
        """Replace the list of phones in the running PBX; registered ones that stay are not hurt."""
        for phone in phones:
            check_phone(phone)
        if render_one(CONF, "pjsip_agents.conf", self.process.etc, self._variables(phones)):
            await self.process.console("module reload res_pjsip.so")

    async def set_trunks(self, trunks: Sequence[Trunk]) -> None:
        """Replace the list of trunks in the running PBX; calls that run are not hurt."""
        self.know_trunks(trunks)
        if render_one(CONF, "pjsip_trunks.conf", self.process.etc, self._variables(())):
            for module in TRUNK_MODULES:
                await self.process.console(f"module reload {module}.so")

    def know_trunks(self, trunks: Sequence[Trunk]) -> None:
        """The trunks that the next `ensure` writes. Raises UserError for one that is not safe."""
        for trunk in trunks:
            check_trunk(trunk)
            if trunk.name == self._plan.trunk:
                raise UserError(f"name: {trunk.name!r} is the trunk of the service's settings.")
        self.trunks = tuple(trunks)

    async def stop(self) -> None:
        """Stop it; living calls end."""
        await self.process.stop()

    def _variables(self, phones: Sequence[Phone]) -> dict[str, object]:
        plan = self._plan
        rtp = plan.rtp or self._ports.rtp()
        everywhere = plan.sip_host == "0.0.0.0"  # noqa: S104 - compared, not bound
        return self.process.variables() | {
            "sip_host": self.sip[0],
            "sip_port": self.sip[1],
            "media_address": "" if everywhere else self.sip[0],
            "external_address": plan.external_address,
            "trunk": plan.trunk,
            "trunk_uri": plan.trunk_uri or "",
            "trunk_match": _trunk_host(plan.trunk_uri) if plan.trunk_uri else "",
            "qualify": plan.qualify,
            "trunks": self.trunks,
            "transports": {trunk.transport for trunk in self.trunks},
            "tls_port": self._ports.get("sips"),
            "ca_list": str(CA_LIST) if CA_LIST.exists() else "",
            "test_sound": TEST_SOUND,
            "phones": phones,
            "rtp_first": rtp.first,
            "rtp_last": rtp.last,
            "http_host": self.http[0],
            "http_port": self.http[1],
            "ami_host": self.ami[0],
            "ami_port": self.ami[1],
            "ami_permit": LOOPBACK if plan.ami_host.startswith("127.") else PRIVATE,
            "ami_secret": self.ami_secret,
            "dropped_events": DROPPED_EVENTS,
            "agi_host": self.agi[0],
            "agi_port": self.agi[1],
            "default_message": DEFAULT_MESSAGE,
        }


def _trunk_host(uri: str) -> str:
    found = _TRUNK.fullmatch(uri)
    if found is None:
        raise UserError(
            f"{uri!r} is no address of a carrier.",
            "Set CTI_TRUNK_URI to sip:ADDRESS:PORT with a numeric IPv4 address.",
        )
    return found["host"]


def _port_range(text: str) -> PortRange | None:
    if not text:
        return None
    first, _, last = text.partition("-")
    return PortRange(int(first), int(last))
