"""All checks of ``make check``: every one runs, so that one look shows all that is wrong."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS = {
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--quiet", "--check", "."],
    "import contracts": [str(BIN / "lint-imports"), "--no-logo"],
    "types": [str(BIN / "mypy")],
    "migrations": [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "--settings", "anye.config.settings_test"],
    "translations": [sys.executable, "-m", "tools.messages", "check"],
    "house rules": [sys.executable, "-m", "tools.house_rules"],
}  # fmt: skip


def main() -> int:
    """Run every check and print the words of those that failed; 1 when one did."""
    failed = []
    for name, command in CHECKS.items():
        start = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({time.monotonic() - start:.1f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr).strip(), flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
