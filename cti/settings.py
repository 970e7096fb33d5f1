"""Settings: environment variables `CTI_…`, or a `.env` file. Everything has a working default.

A part whose address is not set is run privately, as a child process in the state folder.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SHIPPED_CONSOLE = Path(__file__).resolve().parents[1] / "console" / "dist"
SHIPPED_MENUS = Path(__file__).resolve().parents[1] / "examples" / "menus"


class Settings(BaseSettings):
    """What one `cti serve` needs to know before it starts."""

    model_config = SettingsConfigDict(env_prefix="CTI_", env_file=".env", extra="ignore")

    state: Path = Field(Path(".state/serve"), description="folder of everything that must last")
    database_url: str | None = Field(
        None, description="SQLAlchemy URL; unset: SQLite (WAL) in the state folder"
    )
    redis_url: str | None = Field(None, description="unset: a private Redis")
    mqtt_url: str | None = Field(
        None, description="mqtt://user:password@host:port; unset: a private Mosquitto"
    )
    ami_url: str | None = Field(
        None, description="ami://user:secret@host:port; unset: a private Asterisk"
    )
    asterisk: Path | None = Field(
        None, description="Asterisk to run: program or unpacked root; unset: the host's or set-up's"
    )
    trunk_uri: str | None = Field(
        None, description="sip:host:port of the carrier for the private Asterisk"
    )
    trunk: str = Field("carrier", description="PJSIP endpoint that calls leave through")
    sip_port: int = Field(0, ge=0, le=65535, description="private Asterisk's SIP port; 0: any free")
    sip_host: str = Field("127.0.0.1", description="address the private Asterisk binds to")
    rtp_ports: str = Field(
        "", pattern=r"^(\d{1,5}-\d{1,5})?$", description="FIRST-LAST; empty: a free block"
    )
    api_host: str = Field("127.0.0.1", description="address the HTTP API binds to")
    api_port: int = Field(8080, ge=0, le=65535, description="HTTP port; 0: any free")
    api_token: str | None = Field(None, description="bearer token; unset: made once, kept in state")
    agi_host: str = Field("127.0.0.1", description="where the PBX reaches the IVR (FastAGI)")
    agi_port: int = Field(0, ge=0, le=65535, description="FastAGI port; 0: any free")
    default_region: str = Field("CN", description="region of numbers without a country code")
    recordings: Path | None = Field(None, description="folder of recordings; unset: in state")
    cel_file: Path | None = Field(None, description="PBX's channel event log; needed with ami_url")
    reconcile_seconds: float = Field(
        60.0, gt=0, description="how often our counters are held against the PBX"
    )
    phones_file: Path | None = Field(
        None, description="agents' phones are also written there, for `cti pbx run`"
    )
    phone_socket: str | None = Field(
        None, description="ws://host:port/ws of somebody else's PBX, for phones in the browser"
    )
    phone_grace_seconds: float = Field(
        20.0, ge=0, le=120, description="how long a call waits for a browser phone that went away"
    )
    stop_seconds: float = Field(
        10.0, ge=0, description="how long a stop waits for calls and wrap-ups to end"
    )
    hearing: Path | None = Field(
        None, description="folder where live sound is heard; unset: in memory, or by recordings"
    )
    hearing_workers: int | None = Field(
        None, ge=0, le=256, description="listening processes; unset: cores less one, 0: no ears"
    )
    history_days: int = Field(
        35, ge=1, le=3650, description="how long pacing decisions and agents' states are kept"
    )
    audit_days: int = Field(
        400, ge=1, le=36500, description="how long the audit (who did what) is kept"
    )
    session_idle_hours: float = Field(
        12.0, gt=0, le=720, description="a sign-in ends when nothing was asked for so long"
    )
    session_hours: float = Field(
        168.0, gt=0, le=8760, description="… and so long after it began, whatever is done"
    )
    public_url: str | None = Field(
        None, description="address people reach the console at, through a proxy: https://…"
    )
    console: Path = Field(
        SHIPPED_CONSOLE, description="folder of the built console (`npm run build`)"
    )
    menus: Path = Field(SHIPPED_MENUS, description="folder of IVR menus (YAML)")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
