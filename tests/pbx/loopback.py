"""A small Asterisk that is its own carrier: what it dials through `world` it answers itself."""

from pathlib import Path

from cti.ami.link import AmiAddress
from cti.processes.asterisk import AsteriskProcess, find_asterisk
from cti.processes.ports import Ports

ASTERISK = """[directories]
astetcdir => {folder}/etc
astmoddir => {module_dir}
astdatadir => {data_dir}
astvarlibdir => {folder}/db
astdbdir => {folder}/db
astkeydir => {folder}/db
astagidir => {folder}/db
astspooldir => {folder}/spool
astrundir => {folder}/run
astlogdir => {folder}/log
"""

MODULES = """
res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd pbx_config
res_pjproject res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_sdp_rtp res_rtp_asterisk
res_pjsip_authenticator_digest res_pjsip_endpoint_identifier_ip res_pjsip_registrar
res_pjsip_outbound_registration res_pjsip_endpoint_identifier_user res_pjsip_caller_id
res_pjsip_rfc3326 chan_pjsip codec_ulaw format_wav format_sln
bridge_simple bridge_holding app_bridgewait app_mixmonitor app_userevent app_playtones
app_senddtmf func_base64
"""

MANAGER = """[general]
enabled=yes
bindaddr=127.0.0.1
port={ami}
[engine]
secret=s3cret
read=system,call,user,dtmf
write=system,call,originate
writetimeout=5000
"""

PJSIP = """[global]
type=global
endpoint_identifier_order=username,ip
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip}
[world]
type=endpoint
context=world
disallow=all
allow=ulaw
aors=world
media_address=127.0.0.1
[world]
type=aor
contact=sip:127.0.0.1:{sip}
[world]
type=identify
endpoint=world
match=127.0.0.1
[phone]
type=endpoint
aors=phone
disallow=all
allow=ulaw
[phone]
type=aor
max_contacts=1
[as-phone]
type=registration
transport=udp
server_uri=sip:127.0.0.1:{sip}
client_uri=sip:phone@127.0.0.1:{sip}
contact_user=phone
"""

EXTENSIONS = """[world]
exten => 100,1,Answer()
 same => n,Wait(30)
exten => 180,1,Ringing()
 same => n,Wait(30)
exten => 183,1,Progress()
 same => n,Playtones(425)
 same => n,Wait(0.2)
 same => n,Hangup(19)
exten => 404,1,Hangup(1)
exten => 486,1,Hangup(17)
exten => 503,1,Hangup(34)
exten => 555,1,Answer()
 same => n,Playtones(425)
 same => n,Wait(0.4)
 same => n,SendDTMF(5)
 same => n,Wait(30)
[floor]
exten => pool,1,BridgeWait(pool,,e(s))
exten => wait,1,Wait(30)
exten => tell,1,UserEvent(Told,Value: ${{BASE64_ENCODE(${{TEXT}})}},More: yes)
 same => n,Wait(30)
"""


class LoopbackPbx:
    """Its process (`start`, `stop`) and where its AMI is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = Ports(folder)
        rtp = self._ports.rtp()
        ami, sip = self._ports.get("ami"), self._ports.get("sip")
        self.address = AmiAddress("127.0.0.1", ami, "engine", "s3cret")
        self.process = AsteriskProcess("loopback", find_asterisk(), folder, ("127.0.0.1", ami))
        self.process.etc.mkdir(parents=True)
        for name, text in {
            "asterisk": ASTERISK.format(**self.process.variables()),
            "modules": "[modules]\nautoload=no\n"
            + "".join(f"load={name}.so\n" for name in MODULES.split()),
            "manager": MANAGER.format(ami=ami),
            "pjsip": PJSIP.format(sip=sip),
            "rtp": f"[general]\nrtpstart={rtp.first}\nrtpend={rtp.last}\n",
            "extensions": EXTENSIONS.format(),
            "logger": "[general]\n[logfiles]\nfull => notice,warning,error\n",
        }.items():
            (self.process.etc / f"{name}.conf").write_text(text)

    async def start(self) -> None:
        await self.process.ensure()

    async def stop(self) -> None:
        await self.process.stop()
        self._ports.close()
