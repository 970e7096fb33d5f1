"""The pacer that looks ahead: more lines than free agents, within the abandon budget."""

from dialer.pacing.predictive.pacer import Predictive

__all__ = ["Predictive"]
