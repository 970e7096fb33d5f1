"""What the world's log says of keys: whose, in their order."""

from pathlib import Path

from pstn.keys import Key, keyed

LOG = """\
[2026-11-22 12:00:01.000] DTMF[7][C-00000001]: Ext. +8613800138000:1 @ from-pbx: PJSIP/pbx-00000001 is 8613800138000
[2026-11-22 12:00:01.100] DTMF[7][C-00000002]: Ext. agent-bob:1 @ from-pbx: PJSIP/pbx-00000002 is agent-bob
[2026-11-22 12:00:02.000] DTMF[7][C-00000001]: channel.c:4000 in __ast_read: DTMF begin '4' received on PJSIP/pbx-00000001
[2026-11-22 12:00:02.160] DTMF[7][C-00000001]: channel.c:3900 in __ast_read: DTMF end '4' received on PJSIP/pbx-00000001, duration 160 ms
[2026-11-22 12:00:02.160] DTMF[7][C-00000001]: channel.c:3941 in __ast_read: DTMF end accepted with begin '4' on PJSIP/pbx-00000001
[2026-11-22 12:00:03.160] DTMF[7][C-00000002]: channel.c:3900 in __ast_read: DTMF end '#' received on PJSIP/pbx-00000002, duration 80 ms
"""  # noqa: E501 - as Asterisk writes it


def test_each_key_is_told_once_with_whom_it_came_to(tmp_path: Path) -> None:
    log = tmp_path / "keys"
    assert keyed(log) == []
    log.write_text(LOG)
    assert keyed(log) == [Key("8613800138000", "4", 160), Key("agent-bob", "#", 80)]
