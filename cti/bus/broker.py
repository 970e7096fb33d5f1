"""The MQTT broker's address."""

import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import aiomqtt

from cti.base.errors import UserError
from cti.base.ids import new_id

ANSWER_SECONDS = 5.0
"""Patience with CONNACK and PUBACK."""
_KEEPALIVE = 15  # seconds; a broker that stays silent for 1.5 times this is taken as gone
_REFUSED_LOGIN = {134, 135}  # bad user name or password, not authorised (MQTT 5 §3.2.2.2)


@dataclass(frozen=True)
class Broker:
    """Where a broker is and who we are to it."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    tls: bool

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, url: str) -> "Broker":
        """From mqtt://user:password@host:port, or mqtts:// for TLS. UserError for other forms."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise UserError(
                "CTI_MQTT_URL is not a broker's address.",
                "Use mqtt://user:password@host:port (mqtts:// for TLS).",
            )
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=port or (8883 if tls else 1883),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
        )

    def complaint(self, error: Exception) -> str:
        """What is wrong, for people."""
        code = getattr(getattr(error, "rc", None), "value", None)
        if isinstance(error, aiomqtt.MqttError) and code in _REFUSED_LOGIN:
            return (
                f"The MQTT broker {self} refuses user {self.user or '(none)'}: "
                "check user and password in CTI_MQTT_URL."
            )
        return f"The MQTT broker {self} cannot be reached ({error}): check CTI_MQTT_URL."

    def client(self, will: aiomqtt.Will | None = None) -> aiomqtt.Client:
        """A client, not yet connected; an async context manager."""
        return aiomqtt.Client(
            self.host,
            self.port,
            username=self.user,
            password=self.password,
            identifier=new_id("cti-"),
            will=will,
            keepalive=_KEEPALIVE,
            timeout=ANSWER_SECONDS,
            tls_context=ssl.create_default_context() if self.tls else None,
        )
