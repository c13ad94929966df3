"""`python -m anye.config.furnishing [areas.csv]`: tables and pack data of ANYE_HOME, by the migration login."""

import os
import sys
from pathlib import Path


def main(areas: Path | None) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "anye.config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from anye.flow.registry import furnish
    from anye.packs import read_areas, read_pack
    from anye.records.accounts.scope import OWNER, acting

    call_command("migrate", verbosity=0, interactive=False)
    with acting(OWNER, actor="operator", purpose="init"):
        furnish(read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES), read_areas(areas) if areas else None)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
