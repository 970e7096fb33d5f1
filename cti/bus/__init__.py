"""MQTT out: what happens on the floor, told to other systems. Nothing is read from the broker."""
