"""Tones on the line: special information tones, call progress, fax, the beep.

    ToneEars(zone="cn", hears={Source.TONE, Source.FAX, Source.BEEP})   hearing.tones.ears

is one `Detector` for all of them over one spectral front end. `zone` is a name of
`hearing.tones.zones.ZONES` (`cn`, `us`, `uk` …); a UserError names them if it is none.

Sightings: `sit.{number_changed|vacant|congestion|reorder}.{itu|bell}`,
`tone.{ringback|busy|congestion}.{zone}`,
`fax.ced`, `fax.ansam`, `fax.v21`, `fax.cng`, `beep`.
"""
