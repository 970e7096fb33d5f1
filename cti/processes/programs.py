"""Finding programs on this machine."""

import os
import shutil

from cti.base.errors import UserError

_CURES = {
    "redis-server": "Install it (apt-get install redis-server) or set CTI_REDIS_URL.",
    "mosquitto": "Install it (apt-get install mosquitto) or set CTI_MQTT_URL.",
    "mosquitto_passwd": "Install it (apt-get install mosquitto) or set CTI_MQTT_URL.",
    "espeak-ng": "Install it: apt-get install espeak-ng.",
    "chromium": "Install it: apt-get install chromium.",
    "sox": "Install it: apt-get install sox.",
}


def program(name: str) -> str:
    """The path of `name`, also where only root's PATH looks. Raises UserError with its cure."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=places)
    if found is None:
        raise UserError(f"{name} is not installed.", _CURES.get(name, ""))
    return found
