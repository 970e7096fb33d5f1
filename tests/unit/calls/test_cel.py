"""The PBX's channel event log, as Asterisk 22.10 writes it."""

from datetime import UTC, datetime
from pathlib import Path

from cti.calls.cel import read_cel, rotate_cel

LOG = '''\
"CHAN_START","1795300480.100000","ag-2","ag-2","PJSIP/agent2-00000001","",""
"ANSWER","1795300480.200000","ag-2","ag-2","PJSIP/agent2-00000001","",""
"BRIDGE_ENTER","1795300480.201000","ag-2","ag-2","PJSIP/agent2-00000001","","{""bridge_id"":""pool"",""bridge_technology"":""holding_bridge""}"
"CHAN_START","1795300486.841004","at-talk","at-talk","PJSIP/carrier-00000003","",""
"CHAN_START","1795300486.850000","at-busy","at-busy","PJSIP/carrier-00000004","",""
"HANGUP","1795300486.876877","at-busy","at-busy","PJSIP/carrier-00000004","","{""hangupcause"":17,""hangupsource"":""PJSIP/carrier-00000004"",""dialstatus"":""""}"
"ANSWER","1795300486.942994","at-talk","at-talk","PJSIP/carrier-00000003","",""
"BRIDGE_ENTER","1795300486.944205","at-talk","at-talk","PJSIP/carrier-00000003","","{""bridge_id"":""6c76"",""bridge_technology"":""simple_bridge""}"
"BRIDGE_EXIT","1795300486.948021","ag-2","ag-2","PJSIP/agent2-00000001","","{""bridge_id"":""pool"",""bridge_technology"":""holding_bridge""}"
"BRIDGE_ENTER","1795300486.948031","ag-2","ag-2","PJSIP/agent2-00000001","","{""bridge_id"":""6c76"",""bridge_technology"":""simple_bridge""}"
"BRIDGE_EXIT","1795300490.947325","at-talk","ag-2","PJSIP/carrier-00000003","","{""bridge_id"":""6c76"",""bridge_technology"":""native_rtp""}"
"HANGUP","1795300503.109403","at-talk","ag-2","PJSIP/carrier-00000003","","{""hangupcause"":16,""hangupsource"":""dialplan/builtin"",""dialstatus"":""""}"
'''


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(1795300400 + seconds, UTC)


def log(folder: Path, text: str = LOG) -> Path:
    path = folder / "cel.csv"
    path.write_text(text)
    return path


def test_a_talk_is_told_from_start_to_cause(tmp_path: Path) -> None:
    talk = read_cel(log(tmp_path))["at-talk"]
    assert talk.started == at(86.841004)
    assert talk.answered == at(86.942994)
    assert (talk.bridged_at, talk.bridged_with) == (at(86.948031), "ag-2")
    assert (talk.ended, talk.cause) == (at(103.109403), 16)


def test_a_busy_call_has_its_cause_and_no_answer(tmp_path: Path) -> None:
    busy = read_cel(log(tmp_path))["at-busy"]
    assert (busy.answered, busy.bridged_at, busy.cause) == (None, None, 17)


def test_waiting_in_the_pool_is_no_talk_and_the_living_have_no_end(tmp_path: Path) -> None:
    agent = read_cel(log(tmp_path))["ag-2"]
    assert agent.bridged_with == "at-talk"
    assert agent.ended is None
    assert agent.cause is None


def test_who_left_a_bridge_before_is_not_met(tmp_path: Path) -> None:
    later = (
        '"BRIDGE_ENTER","1795300495.0","at-late","x","PJSIP/c","",'
        '"{""bridge_id"":""6c76"",""bridge_technology"":""simple_bridge""}"\n'
    )
    late = read_cel(log(tmp_path, LOG + later))["at-late"]
    assert late.bridged_with == "ag-2"


def test_a_torn_last_line_and_damaged_lines_cost_only_themselves(tmp_path: Path) -> None:
    whole = read_cel(log(tmp_path))
    damaged = 'rubbish\n"HANGUP","never","at-talk"\n"HANGUP","nan","a","b","c","d","e"\n\0\n'
    torn = '"CHAN_START","1795300504.0","at-new","at-n'
    assert read_cel(log(tmp_path, damaged + LOG + torn)) == whole


def test_every_cut_of_the_file_is_readable(tmp_path: Path) -> None:
    begins = LOG.index('"HANGUP"')
    ends = LOG.index("\n", begins)
    for cut in range(begins, ends + 2):
        busy = read_cel(log(tmp_path, LOG[:cut]))["at-busy"]
        assert busy.cause == (17 if cut > ends else None)


def test_reading_back_stops_at_a_moment(tmp_path: Path) -> None:
    filler = '"CHAN_START","1795300401.0","old-{}","x","PJSIP/old","",""\n'
    old = "".join(filler.format(n) for n in range(40_000))  # over two blocks
    path = log(tmp_path, old + LOG)
    recent = read_cel(path, since=at(80))
    assert recent["at-talk"].bridged_with == "ag-2"
    assert "old-0" not in recent
    assert "old-0" in read_cel(path)


def test_a_log_put_aside_is_still_read(tmp_path: Path) -> None:
    head, tail = LOG[: LOG.index('"HANGUP","1795300503')], LOG[LOG.index('"HANGUP","1795300503') :]
    path = log(tmp_path, head)
    assert not rotate_cel(path, limit=len(head))
    assert rotate_cel(path, limit=len(head) - 1)
    log(tmp_path, tail)
    talk = read_cel(path, since=at(80))["at-talk"]
    assert (talk.answered, talk.cause) == (at(86.942994), 16)


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    assert read_cel(tmp_path / "none.csv", since=at(0)) == {}
    assert not rotate_cel(tmp_path / "none.csv")
