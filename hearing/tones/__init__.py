"""Tones on the line: special information tones, call progress, fax, the beep.

    from hearing.tones.ears import ToneEars
    ears = ToneEars(zone="cn", hears={Source.TONE, Source.FAX, Source.BEEP})

is one `Detector` for all of them over one spectral front end (`hears` is all by default). `zone`
names a country of `hearing.tones.zones` (`cn`, `us`, `uk` …); a UserError lists them if there is no
such one. Feed 0.1 s or more at a time: shorter pieces cost more and are heard no sooner.

Sightings, each once a stream, only beeps as often as there are any:

| name | meaning |
|---|---|
| `sit.{number_changed,vacant,congestion}.bell`, `sit.vacant.itu` | as named |
| `sit.reorder.bell` | congestion |
| `tone.{ringback,busy,congestion,unobtainable}.{zone}` | None, busy, congestion, vacant |
| `fax.ced` (ANSam too), `fax.v21`, `fax.cng` | fax |
| `beep` | None |
"""
