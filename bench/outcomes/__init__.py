"""How right the outcomes are: measured, not promised. `make bench-outcomes` runs what is here.

Each module beside this one measures one thing and has

    measure(*, quick: bool, seed: int) -> Measured

which shows its progress on a terminal, changes nothing outside the cache and `out/bench`, and
raises UserError with what is missing and its cure where it cannot measure: the run goes on and says
so.
"""
