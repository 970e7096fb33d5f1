"""Programs that run as our children when settings name no other: Redis, Mosquitto, Asterisk.

A child outlives a killed service; the next start finds it by its pid file and adopts it.
"""
