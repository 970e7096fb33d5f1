"""From a due lead to its outcome: hopper, dialling, the ledger, and recovery after a crash."""
