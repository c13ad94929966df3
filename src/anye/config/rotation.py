"""`anye rotate-keys`: a new current key in the key file, then every value under it; repeat to finish what was cut off."""

import os
import tempfile
from pathlib import Path

from anye.config.home import Home
from anye.engine.sealing import Keyring


def rotate(home: Home) -> int:
    """First finish an earlier rotation; when there was nothing to finish, begin a new one. Old keys stay readable."""
    from anye.flow.rotation import reseal

    keyring = home.keyring()
    finished = reseal(keyring)
    if finished:
        return finished
    fresh = keyring.rotated()
    _replace(home.keys_path, fresh)
    return reseal(fresh)


def _replace(path: Path, keyring: Keyring) -> None:
    """The key file is whole at every moment: written beside, flushed, then renamed over."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as stream:
        stream.write(keyring.dumps())
        stream.flush()
        os.fsync(stream.fileno())
    Path(stream.name).chmod(0o600)
    Path(stream.name).replace(path)
