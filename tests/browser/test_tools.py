"""What the other tests measure with: a tone put into a microphone is found, another is not."""

import pytest

from tests.browser.chrome import Browsers, Misbehaved
from tests.browser.sounds import CUSTOMER, VOICES

LOOP = """
async () => {
    const sound = await navigator.mediaDevices.getUserMedia({audio: {
        echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
    const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
    near.onicecandidate = (e) => far.addIceCandidate(e.candidate);
    far.onicecandidate = (e) => near.addIceCandidate(e.candidate);
    far.ontrack = (e) => { const a = new Audio(); a.srcObject = e.streams[0]; a.play(); };
    near.addTrack(sound.getAudioTracks()[0], sound);
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription);
    await new Promise((done) => { far.onconnectionstatechange = () =>
        far.connectionState === "connected" && done(); });
}
"""
BLANK = "http://localhost:1/blank"  # a secure context: microphones are given to those alone


async def test_a_microphones_tone_is_heard_at_the_far_end(chromium: Browsers) -> None:
    window = await chromium.window("anna", BLANK)
    await window.page.route("**/*", lambda route: route.fulfill(body="<!doctype html><p>hi"))
    await window.page.goto(BLANK)
    await window.page.evaluate(LOOP)
    heard = await window.hear(VOICES["anna"], CUSTOMER, VOICES["sofia"], seconds=1.5)
    assert heard.has(VOICES["anna"]), heard
    assert heard.lacks(CUSTOMER), heard
    assert heard.lacks(VOICES["sofia"]), heard
    counted = await window.packets()
    assert counted["sent"] > 25
    assert counted["received"] > 25
    await chromium.close_windows()


async def test_a_page_that_misbehaves_is_told(chromium: Browsers) -> None:
    window = await chromium.window("anna", BLANK)
    policy = {"Content-Security-Policy": "default-src 'self'; script-src 'self'"}
    await window.page.route(
        "**/*", lambda route: route.fulfill(body="<script>1</script>", headers=policy)
    )
    await window.page.goto(BLANK)
    await chromium.close_windows()
    with pytest.raises(Misbehaved, match="Content Security Policy"):
        window.settle()
