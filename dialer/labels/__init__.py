"""Who or what answered, as people said it: what the detector after the answer learns from."""
